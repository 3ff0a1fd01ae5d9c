/** Gated recurrent units. */
import { matmul } from '../../array/contract.js'
import { scan } from '../../array/control.js'
import { add, mul, square, sub, tanh } from '../../array/elementwise.js'
import { concatAll } from '../../array/join.js'
import type { Tensor } from '../../array/tensor.js'
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

const forward: RecurrentForward<Tensor> = (params, [x, first]) => {
  const hidden = params.weightHidden.shape[1]
  const [last, steps] = scan(
    (h: Tensor, fromInput: Tensor) => {
      const fromHidden = hiddenContribution(params, h)
      const both = (i: number): Tensor => add(gateOf(fromInput, i, hidden), gateOf(fromHidden, i, hidden))
      const r = logistic(both(0))
      const z = logistic(both(1))
      const candidate = gateOf(fromHidden, 2, hidden)
      const n: Tensor = tanh(add(gateOf(fromInput, 2, hidden), mul(r, candidate) as Tensor) as Tensor)
      const next: Tensor = add(n, mul(z, sub(h, n) as Tensor) as Tensor)
      return [next, { h: next, r, z, n, candidate }] as const
    },
    first,
    inputContribution(params, x),
  )
  // what the body gives for a step is stacked over all of them
  const all = steps as Readonly<Record<'h' | 'r' | 'z' | 'n' | 'candidate', Tensor>>
  const before = shiftedBy(first, all.h)
  return [
    [all.h, last],
    ([dStates, dLast]) => {
      const { r, z, n, candidate } = all
      const sequences = { dy: dStates, before, r, z, n, candidate }
      const [dFirst, gates] = scan(
        (dh: Tensor, step: typeof sequences) => {
          const dNext: Tensor = add(dh, step.dy)
          const dN: Tensor = mul(mul(dNext, sub(1, step.z) as Tensor) as Tensor, sub(1, square(step.n)) as Tensor)
          const dZ: Tensor = mul(
            mul(dNext, sub(step.before, step.n) as Tensor) as Tensor,
            mul(step.z, sub(1, step.z) as Tensor) as Tensor,
          )
          const dR: Tensor = mul(mul(dN, step.candidate) as Tensor, mul(step.r, sub(1, step.r) as Tensor) as Tensor)
          const fromHidden: Tensor = concatAll([dR, dZ, mul(dN, step.r) as Tensor], 1)
          const dBefore: Tensor = add(mul(dNext, step.z) as Tensor, matmul(fromHidden, params.weightHidden) as Tensor)
          return [dBefore, { fromInput: concatAll([dR, dZ, dN], 1), fromHidden }] as const
        },
        dLast,
        sequences,
        { reverse: true },
      )
      const { fromInput, fromHidden } = gates as Readonly<Record<'fromInput' | 'fromHidden', Tensor>>
      const [gradient, dx] = cotangentsOf(params, x, before, fromInput, fromHidden)
      return [gradient, [dx, dFirst]]
    },
  ]
}

/**
 * Gated recurrent units, from a sequence [time, batch, inputs] and the carry h_0 [batch, hidden] to all h_t and the last one:
 *
 *   r, z = sigmoid(W x_t + b + U h_{t-1} + c),  n = tanh(W x_t + b + r (U h_{t-1} + c))
 *   h_t = (1 - z) n + z h_{t-1}
 *
 * Params: weightInput [3 hidden, inputs], weightHidden [3 hidden, hidden], biasInput, biasHidden [3 hidden], with the gates
 * in the order r, z, n. `sequence(gru(inputs, hidden))` starts from zeros.
 *
 * Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014), with the reset gate after the
 * product, as PyTorch and cuDNN have it.
 *
 * @throws PullbackError when the sequence is not [time, batch, inputs], or the carry not [batch, hidden]
 * @example
 * import { gru, rng, sequence } from 'pullback'
 *
 * const [{ output }] = sequence(gru(32, 128)).init({ shape: [7, 2, 32], dtype: 'float32' })(rng(0))
 * output // => { shape: [7, 2, 128], dtype: 'float32' }
 */
export const gru = <I extends number, H extends number, T extends number = number, N extends number = number>(
  inputs: I,
  hidden: H,
  options: RecurrentOptions = {},
): Recurrent<Tensor<[T, N, I]>, Tensor<[T, N, H]>, Tensor<[N, H]>, GateParams<I, H>> =>
  recurrent<Tensor>('gru', { gates: 3, inputs, hidden }, options, (carry) => carry, forward)
