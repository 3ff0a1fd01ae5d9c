/** The simple recurrent network. */
import { matmul } from '../../array/contract.js'
import { scan } from '../../array/control.js'
import { add, mul, square, sub, tanh } from '../../array/elementwise.js'
import type { Tensor } from '../../array/tensor.js'
import {
  cotangentsOf,
  hiddenContribution,
  inputContribution,
  type Recurrent,
  type RecurrentForward,
  type RecurrentOptions,
  type RecurrentParams,
  recurrent,
  shiftedBy,
} from './recurrent.js'

/** Params with the static sizes that are known: rows are gates times hidden. */
export interface GateParams<I extends number, H extends number> extends RecurrentParams {
  readonly weightInput: Tensor<[number, I]>
  readonly weightHidden: Tensor<[number, H]>
  readonly biasInput: Tensor<[number]>
  readonly biasHidden: Tensor<[number]>
}

const forward: RecurrentForward<Tensor> = (params, [x, first]) => {
  const [last, states] = scan(
    (h: Tensor, fromInput: Tensor) => {
      const next: Tensor = tanh(add(fromInput, hiddenContribution(params, h)) as Tensor)
      return [next, next] as const
    },
    first,
    inputContribution(params, x),
  )
  return [
    [states, last],
    ([dStates, dLast]) => {
      const [dFirst, gates] = scan(
        (dh: Tensor, [dy, h]: readonly [Tensor, Tensor]) => {
          const gate: Tensor = mul(add(dh, dy) as Tensor, sub(1, square(h)) as Tensor)
          return [matmul(gate, params.weightHidden) as Tensor, gate] as const
        },
        dLast,
        [dStates, states] as const,
        { reverse: true },
      )
      const dGates = gates
      const [gradient, dx] = cotangentsOf(params, x, shiftedBy(first, states), dGates, dGates)
      return [gradient, [dx, dFirst]]
    },
  ]
}

/**
 * h_t = tanh(W x_t + b + U h_{t-1} + c), from a sequence [time, batch, inputs] and the carry h_0 [batch, hidden] to all h_t
 * and the last one. `sequence(rnn(inputs, hidden))` starts from zeros.
 *
 * Params: weightInput [hidden, inputs], weightHidden [hidden, hidden], biasInput, biasHidden [hidden].
 *
 * Source: Elman, "Finding Structure in Time" (1990).
 *
 * @throws PullbackError when the sequence is not [time, batch, inputs], or the carry not [batch, hidden]
 * @example
 * import { rng, rnn, sequence } from 'pullback'
 *
 * const [{ output }] = sequence(rnn(32, 128)).init({ shape: [7, 2, 32], dtype: 'float32' })(rng(0))
 * output // => { shape: [7, 2, 128], dtype: 'float32' }
 */
export const rnn = <I extends number, H extends number, T extends number = number, N extends number = number>(
  inputs: I,
  hidden: H,
  options: RecurrentOptions = {},
): Recurrent<Tensor<[T, N, I]>, Tensor<[T, N, H]>, Tensor<[N, H]>, GateParams<I, H>> =>
  recurrent<Tensor>('rnn', { gates: 1, inputs, hidden }, options, (carry) => carry, forward)
