/** Long short-term memory. */
import { matmul } from '../../array/contract.js'
import { scan } from '../../array/control.js'
import { add, mul, square, sub, tanh } from '../../array/elementwise.js'
import { checkFinite } from '../../array/error.js'
import { concatAll } from '../../array/join.js'
import { type Tensor, tensor } from '../../array/tensor.js'
import type { Initializer } from '../../init/initializer.js'
import { logistic } from '../activation/sigmoidal.js'
import {
  cotangentsOf,
  gateOf,
  hiddenContribution,
  inputContribution,
  type Recurrent,
  type RecurrentForward,
  type RecurrentOptions,
  recurrent,
  shiftedBy,
} from './recurrent.js'
import type { GateParams } from './rnn.js'

/** The hidden state, then the cell's. */
export type LstmCarry<N extends number, H extends number> = readonly [hidden: Tensor<[N, H]>, cell: Tensor<[N, H]>]

type Carry = readonly [hidden: Tensor, cell: Tensor]

/** The derivative of a logistic gate, and of a tanh, in terms of its value. */
const slope = (gate: Tensor): Tensor => mul(gate, sub(1, gate) as Tensor)
const flatness = (t: Tensor): Tensor => sub(1, square(t))

const forward: RecurrentForward<Carry> = (params, [x, first]) => {
  const hidden = params.weightHidden.shape[1]
  const [last, steps] = scan(
    ([h, c]: Carry, fromInput: Tensor) => {
      const gates: Tensor = add(fromInput, hiddenContribution(params, h))
      const i = logistic(gateOf(gates, 0, hidden))
      const f = logistic(gateOf(gates, 1, hidden))
      const g: Tensor = tanh(gateOf(gates, 2, hidden))
      const o = logistic(gateOf(gates, 3, hidden))
      const cell: Tensor = add(mul(f, c) as Tensor, mul(i, g) as Tensor)
      const squashed: Tensor = tanh(cell)
      const next: Tensor = mul(o, squashed)
      return [[next, cell] as Carry, { h: next, c: cell, squashed, i, f, g, o }] as const
    },
    first,
    inputContribution(params, x),
  )
  // what the body gives for a step is stacked over all of them
  const all = steps as Readonly<Record<'h' | 'c' | 'squashed' | 'i' | 'f' | 'g' | 'o', Tensor>>
  return [
    [all.h, last],
    ([dStates, dLast]) => {
      const { squashed, i, f, g, o } = all
      const sequences = { dy: dStates, before: shiftedBy(first[1], all.c), squashed, i, f, g, o }
      const [dFirst, gates] = scan(
        ([dh, dc]: Carry, step: typeof sequences) => {
          const dNext: Tensor = add(dh, step.dy)
          const dCell: Tensor = add(dc, mul(mul(dNext, step.o) as Tensor, flatness(step.squashed)) as Tensor)
          const gate: Tensor = concatAll(
            [
              mul(mul(dCell, step.g) as Tensor, slope(step.i)) as Tensor,
              mul(mul(dCell, step.before) as Tensor, slope(step.f)) as Tensor,
              mul(mul(dCell, step.i) as Tensor, flatness(step.g)) as Tensor,
              mul(mul(dNext, step.squashed) as Tensor, slope(step.o)) as Tensor,
            ],
            1,
          )
          return [[matmul(gate, params.weightHidden) as Tensor, mul(dCell, step.f) as Tensor] as Carry, gate] as const
        },
        dLast,
        sequences,
        { reverse: true },
      )
      const dGates = gates
      const [gradient, dx] = cotangentsOf(params, x, shiftedBy(first[0], all.h), dGates, dGates)
      return [gradient, [dx, dFirst]]
    },
  ]
}

/** Ones for the forget gate, so that a new cell remembers; else zeros. */
const rememberingBias = (forgetBias: number, hidden: number): Initializer => {
  checkFinite('lstm', 'forgetBias', forgetBias)
  return (shape) => (generator) => [
    tensor(
      Array.from({ length: 4 * hidden }, (_, k) => (Math.floor(k / hidden) === 1 ? forgetBias : 0)),
      shape,
      'float32',
    ),
    generator,
  ]
}

/** The sizes of an LSTM, and what it begins with. */
export interface LstmOptions extends RecurrentOptions {
  /** Where the forget gate's biasHidden begins; 1 unless given. Not used when `biasInitializer` is given. */
  readonly forgetBias?: number
}

/**
 * Long short-term memory, from a sequence [time, batch, inputs] and the carry [h_0, c_0] to all h_t and the last carry:
 *
 *   i, f, o = sigmoid(...), g = tanh(...) of W x_t + b + U h_{t-1} + c
 *   c_t = f c_{t-1} + i g,  h_t = o tanh(c_t)
 *
 * Params: weightInput [4 hidden, inputs], weightHidden [4 hidden, hidden], biasInput, biasHidden [4 hidden], with the gates
 * in the order i, f, g, o. `sequence(lstm(inputs, hidden))` starts from zeros.
 *
 * Sources: Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997); Gers, Schmidhuber and Cummins, "Learning to
 * Forget" (2000); the forget bias is that of Jozefowicz, Zaremba and Sutskever, "An Empirical Exploration of Recurrent
 * Network Architectures" (2015).
 *
 * @throws PullbackError when the sequence is not [time, batch, inputs], or a carry not [batch, hidden], or the
 * forget bias is not finite
 * @example
 * import { lstm, rng, sequence } from 'pullback'
 *
 * const [{ output }] = sequence(lstm(32, 128)).init({ shape: [7, 2, 32], dtype: 'float32' })(rng(0))
 * output // => { shape: [7, 2, 128], dtype: 'float32' }
 */
export const lstm = <I extends number, H extends number, T extends number = number, N extends number = number>(
  inputs: I,
  hidden: H,
  options: LstmOptions = {},
): Recurrent<Tensor<[T, N, I]>, Tensor<[T, N, H]>, LstmCarry<N, H>, GateParams<I, H>> =>
  recurrent<Carry>(
    'lstm',
    { gates: 4, inputs, hidden },
    options,
    (carry) => [carry, carry],
    forward,
    options.biasInitializer ?? rememberingBias(options.forgetBias ?? 1, hidden),
  )
