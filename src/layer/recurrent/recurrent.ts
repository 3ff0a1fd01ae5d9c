/**
 * What recurrent layers share. Sequences are time, batch, feature. A carry is input and output, never state: it goes in
 * beside the sequence and comes out beside the outputs, so training can cut a long text into pieces, and sampling can go
 * on where it stopped. `sequence` starts from zeros and drops the last carry.
 *
 * One product before the loop computes what the inputs contribute to all steps; the loop (`scan`) holds the product with
 * the hidden state alone. The way back is a loop in reverse that gives the cotangents of the gates, and the weights'
 * cotangents are one product each after it.
 */
import { matmul } from '../../array/contract.js'
import { zeros } from '../../array/create.js'
import { add } from '../../array/elementwise.js'
import { fail } from '../../array/error.js'
import { concatAll } from '../../array/join.js'
import { expandDims, reshape, slice, transpose } from '../../array/move.js'
import { sum } from '../../array/reduce.js'
import { showShape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'
import { constant } from '../../init/constant.js'
import type { Fans, Initializer } from '../../init/initializer.js'
import { lecunUniform } from '../../init/scaled.js'
import type { Random } from '../../random/rng.js'
import { checkInput, checkParams, checkSizes, drawRecord, type Forward, parametric, specOf } from '../build.js'
import { initialize } from '../initialize.js'
import { type ArraySpec, inputsOf, type Layer, type None, oneArray, type Spec, showSpec } from '../layer.js'

/** Weights of all gates, stacked along the first axis, as PyTorch's weight_ih, weight_hh, bias_ih and bias_hh are. */
export interface RecurrentParams {
  readonly weightInput: Tensor
  readonly weightHidden: Tensor
  readonly biasInput: Tensor
  readonly biasHidden: Tensor
}

/** The sizes of a recurrent layer, and what it begins with. */
export interface RecurrentOptions {
  /** Uniform in ±1 / sqrt(hidden) unless given, as PyTorch has it. */
  readonly weightInitializer?: Initializer
  /** Zeros unless given. */
  readonly biasInitializer?: Initializer
}

/** A layer from a sequence and a first carry to the outputs of all steps and the last carry. */
export interface Recurrent<X, Y, C, P> extends Layer<readonly [X, C], readonly [Y, C], P, None> {
  /** The carry's spec for a sequence's. */
  readonly carry: (input: ArraySpec) => Spec
}

/** A sequence and its carry, back from the cotangents of outputs and carry. */
export type RecurrentForward<C> = Forward<RecurrentParams, readonly [Tensor, C], readonly [Tensor, C]>

/** Deviation 1 / sqrt(3 hidden): uniform in ±1 / sqrt(hidden). */
const uniformByHidden =
  (hidden: number): Initializer =>
  (shape) =>
    lecunUniform({ gain: 1 / Math.sqrt(3) })(shape, { in: hidden, out: hidden })

interface RecurrentSizes {
  readonly gates: number
  readonly inputs: number
  readonly hidden: number
}

export const recurrent = <C>(
  name: string,
  { gates, inputs, hidden }: RecurrentSizes,
  options: RecurrentOptions,
  carryOf: (hidden: ArraySpec) => Spec,
  forward: RecurrentForward<C>,
  biasHiddenInitializer: Initializer = options.biasInitializer ?? constant(0),
): Recurrent<Tensor, Tensor, C, RecurrentParams> => {
  const { biasInitializer = constant(0) } = options
  const weights = options.weightInitializer ?? uniformByHidden(hidden)
  checkSizes(name, { inputs, hidden })
  const rows = gates * hidden
  const shapes = {
    ...{ weightInput: [rows, inputs], weightHidden: [rows, hidden] },
    ...{ biasInput: [rows], biasHidden: [rows] },
  }
  const fans = (columns: number): Fans => ({ in: columns, out: hidden })
  const draw = (input: Spec): Random<RecurrentParams> => {
    const spec = oneArray(name, inputsOf(name, input, 2)[0])
    return drawRecord<RecurrentParams & Record<string, Tensor>>({
      weightInput: initialize(weights, [rows, inputs], fans(inputs), spec),
      weightHidden: initialize(weights, [rows, hidden], fans(hidden), spec),
      biasInput: initialize(biasInitializer, [rows], fans(inputs), spec),
      biasHidden: initialize(biasHiddenInitializer, [rows], fans(hidden), spec),
    })
  }
  const layer = parametric<readonly [Tensor, C], readonly [Tensor, C], RecurrentParams>(name, draw, (params, input) => {
    inputsOf(name, specOf(input), 2)
    checkInput(name, input[0], { rank: 3, axis: 2, size: inputs })
    if (input[0].shape[0] === 0)
      fail(name, 'at least one step', showShape(input[0].shape), 'Leave out sequences without steps.')
    checkParams(name, params, shapes, input[0].dtype)
    const carry = carryOf({ shape: [input[0].shape[1], hidden], dtype: input[0].dtype })
    if (showSpec(carry) !== showSpec(specOf(input[1])))
      fail(name, `a carry ${showSpec(carry)}`, showSpec(specOf(input[1])), 'Begin with zeroCarry(layer, x).')
    return forward(params, input)
  })
  return {
    ...layer,
    carry: (input) => carryOf({ shape: [input.shape[1] ?? 0, hidden], dtype: input.dtype }),
  }
}

/** Rows of all steps as one matrix. */
export const rowsOf = (sequence: Tensor): Tensor => reshape(sequence, [-1, sequence.shape[2]])

/** What the inputs contribute to the gates of all steps: x Wᵀ + b, [time, batch, gates hidden]. */
export const inputContribution = ({ weightInput, biasInput }: RecurrentParams, x: Tensor): Tensor => {
  const product: Tensor = add(matmul(rowsOf(x), transpose(weightInput) as Tensor), biasInput)
  return reshape(product, [x.shape[0], x.shape[1], weightInput.shape[0]])
}

/** What the hidden state contributes to the gates of one step: h Uᵀ + b. */
export const hiddenContribution = ({ weightHidden, biasHidden }: RecurrentParams, h: Tensor): Tensor =>
  add(matmul(h, transpose(weightHidden) as Tensor), biasHidden)

/** Columns of gate i. */
export const gateOf = (gates: Tensor, i: number, hidden: number): Tensor =>
  slice(gates, [0, i * hidden], [gates.shape[0], (i + 1) * hidden])

/** The values before each step: the first, then those of all steps but the last. */
export const shiftedBy = (first: Tensor, all: Tensor): Tensor =>
  concatAll([expandDims(first, 0), slice(all, [0, 0, 0], [all.shape[0] - 1, all.shape[1], all.shape[2]]) as Tensor], 0)

/**
 * Cotangents of params and inputs from those of what inputs and hidden states contribute to the gates,
 * [time, batch, gates hidden]: one product each.
 */
export const cotangentsOf = (
  { weightInput }: RecurrentParams,
  x: Tensor,
  before: Tensor,
  inputGates: Tensor,
  hiddenGates: Tensor,
): readonly [RecurrentParams, Tensor] => {
  const [fromInput, fromHidden] = [rowsOf(inputGates), rowsOf(hiddenGates)]
  return [
    {
      weightInput: matmul(transpose(fromInput) as Tensor, rowsOf(x)),
      weightHidden: matmul(transpose(fromHidden) as Tensor, rowsOf(before)),
      biasInput: sum(fromInput, 0),
      biasHidden: sum(fromHidden, 0),
    },
    reshape(matmul(fromInput, weightInput) as Tensor, x.shape),
  ]
}

const zerosOf = (spec: Spec): unknown =>
  'dtype' in spec ? zeros(spec.shape, spec.dtype) : spec.map((part) => zerosOf(part))

/**
 * The zero carry of a recurrent layer, for a sequence [time, batch, feature].
 *
 * @example
 * import { lstm, ones, zeroCarry } from 'pullback'
 *
 * const [hidden, cell] = zeroCarry(lstm(3, 5), ones([7, 2, 3]))
 * cell.shape // => [2, 5]
 */
export const zeroCarry = <X extends Tensor, Y, C, P>(layer: Recurrent<X, Y, C, P>, x: NoInfer<X>): C =>
  zerosOf(layer.carry({ shape: x.shape, dtype: x.dtype })) as C

/**
 * A recurrent layer from a zero carry, without the last one: [time, batch, in] to [time, batch, hidden].
 *
 * @example
 * import { chain, dense, lastStep, lstm, sequence } from 'pullback'
 *
 * const classifier = chain(sequence(lstm(32, 128)), lastStep(), dense(128, 10))
 */
export const sequence = <X extends Tensor, Y extends Tensor, C, P>(
  layer: Recurrent<X, Y, C, P>,
): Layer<X, Y, P, None> => {
  type Run = Layer<X, Y, P, None>['infer']
  const from =
    (apply: Recurrent<X, Y, C, P>['infer']): Run =>
    (params, state, x) => {
      checkInput('sequence', x, { rank: 3 })
      const [[y, last], pullback, after] = apply(params, state, [x, zeroCarry(layer, x)])
      return [
        y,
        (cotangent) => {
          const [gradient, [dx]] = pullback([cotangent, zerosOf(specOf(last)) as C])
          return [gradient, dx]
        },
        after,
      ]
    }
  return {
    kind: layer.kind,
    init: (input) => (generator) => {
      const spec = oneArray('sequence', input)
      const [initial, next] = layer.init([spec, layer.carry(spec)])(generator)
      return [{ ...initial, output: (initial.output as readonly Spec[])[0] }, next]
    },
    train: (generator) => {
      const [apply, next] = layer.train(generator)
      return [from(apply), next]
    },
    infer: from(layer.infer),
  }
}
