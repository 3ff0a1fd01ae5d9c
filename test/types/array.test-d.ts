/** Static shapes of arrays, in both directions: what compiles has the type that is stated, and what must not does not. */
import {
  type AnyTensor,
  add,
  argMax,
  cast,
  concat,
  cumulativeSum,
  type DType,
  div,
  equal,
  exp,
  flip,
  greater,
  iota,
  less,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  mul,
  neg,
  ones,
  onesLike,
  pad,
  permute,
  pow,
  reshape,
  type Shape,
  select,
  shapeOf,
  slice,
  sub,
  sum,
  type Tensor,
  tensor,
  toArray,
  transpose,
  variance,
  zeros,
  zerosLike,
} from 'pullback'
import { pipe } from '#fp/function'
import { is } from './is.js'

declare const n: number
declare const yes: boolean
declare const matrix: Tensor<[number, number]>
declare const batch: Tensor<[number, 784]>
declare const unknown: Tensor

// ---- assignability: an unknown size or rank fits anywhere, in both directions ----
export const a1: Tensor<[32, 784]> = batch
export const a2: Tensor<[32, number]> = batch
export const a3: Tensor<[32, 784]> = unknown
export const a4: Tensor = batch
export const a5: Tensor<[32, ...number[]]> = batch
export const a6: Tensor<[...number[], 784]> = batch
export const a7: Tensor<[32, 784]> = zeros([n, 784])
export const a8: Tensor<[32, 784]> = zeros([1, 2] as Shape)
export const a9: AnyTensor = zeros([3], 'int32')
// @ts-expect-error 784 and 783
export const b1: Tensor<[32, 783]> = batch
// @ts-expect-error rank 3
export const b2: Tensor<[32, 784, 1]> = batch
// @ts-expect-error rank 1
export const b3: Tensor<[784]> = batch
// @ts-expect-error dtype
export const b4: Tensor<[32, 784]> = zeros([32, 784], 'int32')
// @ts-expect-error 3 and 5
export const b5: Tensor<[3]> = zeros([5])
// @ts-expect-error a dtype that is left out is float32, whatever the place wants
export const b6: Tensor<[3], 'int32'> = zeros([3])
// A shape whose rank is open fits anywhere: the price of gradual shapes.
export const a10: Tensor<[...number[], 783]> = batch
is<Tensor<[number, 3]>>()(yes ? zeros([2, 3]) : zeros([n, 3]))
is<Tensor<[2, 3]> | Tensor<[5, 3]>>()(yes ? zeros([2, 3]) : zeros([5, 3]))

// ---- creation ----
is<Tensor>()(
  tensor([
    [1, 2],
    [3, 4],
  ]),
)
is<Tensor<Shape, 'bool'>>()(tensor([true, false]))
is<Tensor<[2, 3]>>()(tensor([1, 2, 3, 4, 5, 6], [2, 3]))
is<Tensor<[2], 'int32'>>()(tensor([1, 2], [2], 'int32'))
is<Tensor<[2]>>()(tensor(new Float32Array(2), [2]))
is<Tensor<[2], 'float64'>>()(tensor(new Float64Array(2), [2]))
is<Tensor<[2], 'int32'>>()(tensor(new Int32Array(2), [2]))
is<Tensor<[2], 'uint32'>>()(tensor(new Uint32Array(2), [2]))
is<Tensor<[2], 'bool'>>()(tensor(new Uint8Array(2), [2]))
is<Tensor<[2], 'int32'>>()(tensor(new Float32Array(2), [2], 'int32'))
// @ts-expect-error integers are no floats
export const b7: Tensor<[2]> = tensor(new Int32Array(2), [2])
is<Tensor<[2, 3]>>()(zeros([2, 3]))
is<Tensor<[2, 3], 'float64'>>()(ones([2, 3], 'float64'))
is<Tensor<[number, 784]>>()(zerosLike(batch))
is<Tensor<[number, 784]>>()(onesLike(batch))
is<Tensor<[4], 'int32'>>()(iota([4]))
is<Tensor<[4], 'uint32'>>()(iota([4], 'uint32'))
is<[number, 784]>()(shapeOf(batch))
is<Float32Array>()(toArray(batch))
is<Int32Array>()(toArray(zeros([3], 'int32')))

// ---- elementwise ----
is<Tensor<[2, 3]>>()(add(zeros([2, 3]), zeros([3])))
is<Tensor<[4, 2, 3]>>()(mul(zeros([2, 1]), zeros([4, 1, 3])))
is<Tensor<[2, 3]>>()(sub(zeros([2, 3]), zeros([])))
is<Tensor<[number, 784]>>()(add(batch, zeros([784])))
is<Tensor<[32, 784]>>()(div(batch, zeros([32, 784])))
is<Tensor<[number, 784]>>()(add(batch, zeros([1, 784])))
is<Tensor>()(add(unknown, zeros([3])))
is<Tensor<[number, 784]>>()(mul(batch, 2))
is<Tensor<[number, 784]>>()(sub(1, batch))
is<Tensor<[2, 3]>>()(pow(zeros([2, 3]), 2))
is<Tensor<[2, 3]>>()(pipe(zeros([2, 3]), add(zeros([3])), exp))
is<Tensor<[2, 3]>>()(pipe(zeros([2, 3]), mul(2), neg))
is<Tensor<[2, 3], 'bool'>>()(less(zeros([2, 3]), zeros([3])))
is<Tensor<[2, 3], 'bool'>>()(greater(zeros([2, 3]), 0))
is<Tensor<[2, 3], 'bool'>>()(equal(zeros([2, 1], 'int32'), zeros([3], 'int32')))
is<Tensor<[2, 3], 'int32'>>()(add(zeros([2, 3], 'int32'), zeros([3], 'int32')))
is<Tensor<[2, 3], 'int32'>>()(cast(zeros([2, 3]), 'int32'))
is<Tensor<[2, 3]>>()(select(zeros([2, 1], 'bool'), zeros([3]), zeros([])))
is<Tensor>()(select(zeros([2, 1], 'bool'), zeros([3]), 0))
// @ts-expect-error 3 and 4
add(zeros([2, 3]), zeros([4]))
// @ts-expect-error 3 and 4 in a pipe
pipe(zeros([2, 3]), add(zeros([4])))
// @ts-expect-error dtypes
add(zeros([2]), zeros([2], 'int32'))
// @ts-expect-error 2 and 3 in a comparison
less(zeros([2]), zeros([3]))
// @ts-expect-error exp of integers
exp(zeros([2], 'int32'))
// @ts-expect-error arithmetic on bools
add(zeros([2], 'bool'), zeros([2], 'bool'))
// @ts-expect-error the condition is a float
select(zeros([2]), zeros([2]), zeros([2]))

// ---- matmul ----
is<Tensor<[2, 4]>>()(matmul(zeros([2, 3]), zeros([3, 4])))
is<Tensor<[number, 4]>>()(matmul(batch, zeros([784, 4])))
is<Tensor<[2, number]>>()(matmul(zeros([2, 3]), matrix))
is<Tensor>()(matmul(unknown, zeros([3, 4])))
is<Tensor<[8, 4, 2, 5]>>()(matmul(zeros([8, 1, 2, 3]), zeros([4, 3, 5])))
is<Tensor<[8, 2, 5]>>()(matmul(zeros([8, 2, 3]), zeros([3, 5])))
is<Tensor<[2, 5]>>()(pipe(zeros([2, 3]), matmul(zeros([3, 5]))))
is<Tensor<[2, 4]>>()(matmul(zeros([2, n]), zeros([3, 4])))
// @ts-expect-error 3 and 5
matmul(zeros([2, 3]), zeros([5, 4]))
// @ts-expect-error batch 8 and 4
matmul(zeros([8, 2, 3]), zeros([4, 3, 5]))
// @ts-expect-error rank 1
matmul(zeros([3]), zeros([3, 5]))
// @ts-expect-error rank 1 on the right
matmul(zeros([2, 3]), zeros([3]))
// @ts-expect-error 3 and 4 in a pipe
pipe(zeros([2, 3]), matmul(zeros([4, 5])))
// @ts-expect-error integers
matmul(zeros([2, 3], 'int32'), zeros([3, 5], 'int32'))

// ---- reductions ----
is<Tensor<[2, 4]>>()(sum(zeros([2, 3, 4]), 1))
is<Tensor<[3]>>()(sum(zeros([2, 3, 4]), [0, -1]))
is<Tensor<[1, 3, 1]>>()(max(zeros([2, 3, 4]), [0, -1], true))
is<Tensor<[]>>()(sum(zeros([2, 3, 4])))
is<Tensor<[number]>>()(mean(batch, 1))
is<Tensor>()(sum(unknown, 1))
is<Tensor<[2], 'int32'>>()(argMax(zeros([2, 3]), 1))
is<Tensor<[number]>>()(logSumExp(batch, -1))
is<Tensor<[2], 'int32'>>()(sum(zeros([2, 3], 'int32'), 1))
// @ts-expect-error axis 3 of rank 3
argMax(zeros([2, 3, 4]), 3)
// @ts-expect-error the mean of integers
mean(zeros([2, 3], 'int32'))
// @ts-expect-error the variance of bools
variance(zeros([2, 3], 'bool'))

// ---- moving ----
is<Tensor<[4, 2, 3]>>()(permute(zeros([2, 3, 4]), [2, 0, 1]))
is<Tensor<[4, 2, 3]>>()(permute(zeros([2, 3, 4]), [-1, 0, -2]))
is<Tensor<[2, 4, 3]>>()(transpose(zeros([2, 3, 4])))
is<Tensor<[784, number]>>()(transpose(batch))
is<Tensor<[6, number]>>()(reshape(zeros([2, 3, 4]), [6, -1]))
is<Tensor<[number, 784]>>()(reshape(unknown, [n, 784]))
is<Tensor<[number, 3]>>()(concat(zeros([2, 3]), zeros([5, 3]), 0))
is<Tensor<[2, number]>>()(concat(zeros([2, 3]), matrix, -1))
is<Tensor<[number, number]>>()(
  pad(zeros([2, 3]), [
    [1, 1],
    [0, 0],
  ]),
)
is<Tensor<[number, number]>>()(slice(zeros([2, 3]), [0, 1]))
is<Tensor<[2, 3]>>()(flip(zeros([2, 3]), 1))
is<Tensor<[2, 3]>>()(cumulativeSum(zeros([2, 3]), 1))
is<Tensor<[2, 3]>>()(maximum(zeros([2, 3]), 0))
// @ts-expect-error two axes of three
permute(zeros([2, 3, 4]), [2, 0])
// @ts-expect-error axis 3 of rank 3
permute(zeros([2, 3, 4]), [3, 0, 1])
// @ts-expect-error 3 and 4
concat(zeros([2, 3]), zeros([5, 4]), 0)
// @ts-expect-error ranks
concat(zeros([2, 3]), zeros([5, 3, 1]), 0)
// @ts-expect-error axis 2 of rank 2
concat(zeros([2, 3]), zeros([2, 3]), 2)

// ---- generic function bodies ----
export const affine = <N extends number>(x: Tensor<[N, 784]>, w: Tensor<[784, 10]>, b: Tensor<[10]>): Tensor<[N, 10]> =>
  add(matmul(x, w), b)
// @ts-expect-error Broadcast<S, S> is not worked out for an S that is still open ...
export const squared = <S extends Shape>(x: Tensor<S>): Tensor<S> => mul(x, x)
// ... so widen first: the result fits Tensor<S> again
export const squaredWide = <S extends Shape>(x: Tensor<S>): Tensor<S> => {
  const y: Tensor = x
  return mul(y, y)
}
export const anyDtype = <D extends DType>(x: Tensor<[3], D>): Tensor<[3], D> => flip(x, 0)
