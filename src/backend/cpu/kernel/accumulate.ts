/** What the reductions do with lanes. */
import type { DType } from '../../../array/dtype.js'
import type { Code, Local, Operand } from '../emit/code.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'

export type FoldOp = 'sum' | 'prod' | 'max' | 'min'

export interface Fold {
  readonly combine: (a: Operand, b: Operand) => Code
  readonly identity: Code
}

const float: Readonly<Record<FoldOp, Fold>> = {
  sum: { combine: f32x4.add, identity: f32x4.constant(0) },
  prod: { combine: f32x4.mul, identity: f32x4.constant(1) },
  max: { combine: f32x4.max, identity: f32x4.constant(Number.NEGATIVE_INFINITY) },
  min: { combine: f32x4.min, identity: f32x4.constant(Number.POSITIVE_INFINITY) },
}
const signed: Readonly<Record<FoldOp, Fold>> = {
  sum: { combine: i32x4.add, identity: i32x4.constant(0) },
  prod: { combine: i32x4.mul, identity: i32x4.constant(1) },
  max: { combine: i32x4.max, identity: i32x4.constant(-0x80000000) },
  min: { combine: i32x4.min, identity: i32x4.constant(0x7fffffff) },
}
const unsigned: Readonly<Record<FoldOp, Fold>> = {
  ...signed,
  max: { combine: i32x4.maxUnsigned, identity: i32x4.constant(0) },
  min: { combine: i32x4.minUnsigned, identity: i32x4.constant(-1) },
}

export const foldOf = (op: FoldOp, dtype: DType): Fold =>
  (dtype === 'float32' ? float : dtype === 'uint32' ? unsigned : signed)[op]

/** The number that the identity is, for reductions of nothing. */
export const identityValue: Readonly<Record<'sum' | 'prod', number>> = { sum: 0, prod: 1 }

/** All ones in the first `count` lanes. */
export const firstLanes = (count: Local): Code => i32x4.less(v128.lanes(0, 1, 2, 3), i32x4.splat(count))

/** Lanes 0-3 and 4-7 become one, in lane 0: ((0+4)+(2+6)) + ((1+5)+(3+7)). `low` is overwritten. */
export const joinLanes = ({ combine }: Fold, low: Local, high: Local): Code => [
  low.set(combine(low, high)),
  low.set(combine(low, v128.shuffle(low, low, [2, 3, 2, 3]))),
  low.set(combine(low, v128.shuffle(low, low, [1, 1, 1, 1]))),
]

/** A mask for argMax: where a is better than b. NaN is better than any number. */
export const beats = (dtype: DType, a: Local, b: Local): Code =>
  dtype === 'float32'
    ? v128.or(f32x4.greater(a, b), v128.and(f32x4.notEqual(a, a), f32x4.equal(b, b)))
    : (dtype === 'uint32' ? i32x4.greaterUnsigned : i32x4.greater)(a, b)
