/** Integer operations that SIMD lacks: lane by lane. */
import type { Code, FunctionDefinition, Local, Operand } from '../emit/code.js'
import { call, define, either, i32 } from '../emit/instructions.js'
import { i32x4 } from '../emit/simd.js'

type Scalar = (a: Operand, b: Operand) => Code

/** A function of four lanes from one of a lane. */
const byLanes = (f: FunctionDefinition): FunctionDefinition =>
  define(['v128', 'v128'], ['v128'], (_, a, b) =>
    [0, 1, 2, 3].reduce<Code>(
      (result, lane) => i32x4.replaceLane(result, lane, call(f, i32x4.lane(a, lane), i32x4.lane(b, lane))),
      a.get,
    ),
  )

const scalar = (write: (a: Local, b: Local) => Code): FunctionDefinition =>
  define(['i32', 'i32'], ['i32'], (_, a, b) => write(a, b))

/** WebAssembly traps where the divisor is 0, and where the least integer is divided by -1: that wraps to itself. */
const guarded = (divide: Scalar): FunctionDefinition =>
  scalar((a, b) =>
    either(
      'i32',
      i32.lessOrEqualUnsigned(i32.add(b, 1), 1),
      // 0 for divisor 0, -a for divisor -1
      i32.mul(a, b),
      divide(a, b),
    ),
  )

/** Towards zero; 0 where the divisor is 0. */
export const divideSigned = byLanes(guarded(i32.div))
export const divideUnsigned = byLanes(
  scalar((a, b) => either('i32', i32.isZero(b), i32.constant(0), i32.divUnsigned(a, b))),
)

/** a - floor(a / b) b; a where the divisor is 0. */
export const moduloSigned = byLanes(
  define(['i32', 'i32'], ['i32'], (locals, a, b) => {
    const remainder = locals.i32()
    return either('i32', i32.isZero(b), a.get, [
      // The instruction gives 0 for divisor -1. Its sign is that of a: a remainder of the other sign than b moves by b.
      remainder.set(i32.remainder(a, b)),
      either(
        'i32',
        i32.and(i32.notEqual(remainder, 0), i32.less(i32.xor(remainder, b), 0)),
        i32.add(remainder, b),
        remainder.get,
      ),
    ])
  }),
)
export const moduloUnsigned = byLanes(
  scalar((a, b) => either('i32', i32.isZero(b), a.get, i32.remainderUnsigned(a, b))),
)

/** Shifts by a count of its own for every lane. */
export const shiftLeft = byLanes(scalar(i32.shiftLeft))
export const shiftRight = byLanes(scalar(i32.shiftRight))
export const shiftRightUnsigned = byLanes(scalar(i32.shiftRightUnsigned))
