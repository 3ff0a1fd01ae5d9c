/** Functions of four float32 that are computed in float64, two lanes at a time. */
import type { Code, FunctionDefinition, Local } from '../emit/code.js'
import { call, define, type Locals } from '../emit/instructions.js'
import { f64x2, v128 } from '../emit/simd.js'

type Write = (locals: Locals, ...args: readonly Local[]) => Code

const low = (x: Local): Code => f64x2.fromFloatLow(x)
const high = (x: Local): Code => f64x2.fromFloatLow(v128.shuffle(x, x, [2, 3, 2, 3]))

/** A function of float32 lanes from one of float64 lanes: widened, computed, rounded once. */
export const inDouble = (arity: 1 | 2, write: Write): FunctionDefinition => {
  const params = Array.from({ length: arity }, () => 'v128' as const)
  const half = define(params, ['v128'], write)
  return define(params, ['v128'], (_, ...args) =>
    v128.shuffle(
      f64x2.toFloatLow(call(half, ...args.map(low))),
      f64x2.toFloatLow(call(half, ...args.map(high))),
      [0, 1, 4, 5],
    ),
  )
}
