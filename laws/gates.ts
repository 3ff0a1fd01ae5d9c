/**
 * Laws of the elementary gates, exact on dyadic numbers.
 *
 * 1. the add gate copies its cotangent to both operands
 * 2. the multiply gate swaps: each operand gets the cotangent times the other operand
 * 3. a fan-out sums the cotangents of its copies
 */
import type { Device } from 'pullback'
import { identical } from './compare.js'
import { type Law, law } from './law.js'
import { dyadic } from './sample.js'
import { type Any, plus, times } from './untyped.js'

type Pair = readonly [Any, Any]

/** The pullbacks of the three gates. */
export interface GateInstance {
  readonly device: Device
  /** The pullbacks at operands, for cotangents of the output. */
  readonly add: (operands: Pair) => (cotangent: Any) => Pair
  readonly multiply: (operands: Pair) => (cotangent: Any) => Pair
  /** The pullback of x to (x, x). */
  readonly fanOut: (x: Any) => (cotangents: Pair) => Any
}
/** What operands and cotangents are drawn from. */
export interface GateSample {
  readonly seed: number
}

const numbers = (seed: number): Any => dyadic([2, 3, 5], 'float32', seed)

/** The add gate copies its cotangent, the multiply gate swaps its operands, a fan-out sums: exact on dyadic numbers. */
export const gateLaws: readonly Law<GateInstance, GateSample>[] = [
  law('Gates: the add gate copies', async ({ device, add }, { seed }) => {
    const c = numbers(seed)
    return identical('cotangents', await device.evaluate(add([numbers(seed + 1), numbers(seed + 2)])(c)), [c, c])
  }),
  law('Gates: the multiply gate swaps', async ({ device, multiply }, { seed }) => {
    const [c, x, y] = [numbers(seed), numbers(seed + 1), numbers(seed + 2)]
    const [got, wanted] = await device.evaluate([multiply([x, y])(c), [times(c, y), times(c, x)]] as const)
    return identical('cotangents', got, wanted)
  }),
  law('Gates: a fan-out sums', async ({ device, fanOut }, { seed }) => {
    const [a, b] = [numbers(seed), numbers(seed + 1)]
    const [got, wanted] = await device.evaluate([fanOut(numbers(seed + 2))([a, b]), plus(a, b)] as const)
    return identical('cotangent', got, wanted)
  }),
]
