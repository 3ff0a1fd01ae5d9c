/** Arrays made of parts of others, and patterned arrays. */
import type { DType, FloatDType, NumericDType } from './dtype.js'
import { fail } from './error.js'
import { normalizeAxis, type Shape, showShape } from './shape.js'
import type { AnyTensor as Any, Tensor } from './tensor.js'
import { add, broadcastTo, cast, concatAll, equal, iota, less, mul, not, reshape, select, slice } from './untyped.js'

/** Elements `begin` to `end` of one axis. */
const part = (x: Any, axis: number, begin: number, end: number): Any =>
  slice(
    x,
    x.shape.map((_, i) => (i === axis ? begin : 0)),
    x.shape.map((size, i) => (i === axis ? end : size)),
  )

const checkCount = (path: string, n: number): void => {
  if (!Number.isInteger(n) || n < 0) fail(path, 'a non-negative integer', String(n), 'Write a whole number.')
}

/**
 * The elements moved by `shift` places along an axis; those that fall off come in at the other end.
 *
 * @example
 * import { roll, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(roll(tensor([1, 2, 3]), 1, 0))) // => Float32Array [3, 1, 2]
 */
export const roll = <S extends Shape, D extends DType>(x: Tensor<S, D>, shift: number, axis: number): Tensor<S, D> => {
  const at = normalizeAxis('roll', axis, x.shape.length)
  if (!Number.isInteger(shift)) fail('roll', 'a whole shift', String(shift), 'Elements move by whole places.')
  const size = x.shape[at]
  const turn = size === 0 ? 0 : ((shift % size) + size) % size
  if (turn === 0) return x
  return concatAll([part(x, at, size - turn, size), part(x, at, 0, size - turn)], at) as Tensor<S, D>
}

/**
 * Every element along an axis `times` times in a row: [1, 2] becomes [1, 1, 2, 2].
 *
 * @example
 * import { repeatElements, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(repeatElements(tensor([1, 2]), 2, 0))) // => Float32Array [1, 1, 2, 2]
 */
export const repeatElements = <D extends DType>(x: Tensor<Shape, D>, times: number, axis: number): Tensor<Shape, D> => {
  const at = normalizeAxis('repeatElements', axis, x.shape.length)
  checkCount('repeatElements', times)
  const [before, after] = [x.shape.slice(0, at), x.shape.slice(at + 1)]
  const size = x.shape[at]
  const cells = reshape(x, [...before, size, 1, ...after])
  const wide = broadcastTo(cells, [...before, size, times, ...after])
  return reshape(wide, [...before, size * times, ...after]) as Tensor<Shape, D>
}

/**
 * The whole array `times[i]` times along axis i: [1, 2] becomes [1, 2, 1, 2].
 *
 * @example
 * import { tensor, tile, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(tile(tensor([1, 2]), [2]))) // => Float32Array [1, 2, 1, 2]
 */
export const tile = <D extends DType>(x: Tensor<Shape, D>, times: readonly number[]): Tensor<Shape, D> => {
  if (times.length !== x.shape.length)
    fail('tile', `${x.shape.length} counts`, showShape(times), 'Give one for each axis; 1 keeps it.')
  for (const n of times) checkCount('tile', n)
  const cells = reshape(
    x,
    x.shape.flatMap((size) => [1, size]),
  )
  const wide = broadcastTo(
    cells,
    x.shape.flatMap((size, axis) => [times[axis], size]),
  )
  return reshape(
    wide,
    x.shape.map((size, axis) => size * times[axis]),
  ) as Tensor<Shape, D>
}

/**
 * Pieces along an axis: a number counts equal pieces, a list gives their sizes. The inverse of `concatAll`.
 *
 * @example
 * import { splitAxis, tensor } from 'pullback'
 * splitAxis(tensor([1, 2, 3]), [1, 2], 0).map((piece) => piece.shape) // => [[1], [2]]
 */
export const splitAxis = <D extends DType>(
  x: Tensor<Shape, D>,
  pieces: number | readonly number[],
  axis: number,
): readonly Tensor<Shape, D>[] => {
  const at = normalizeAxis('splitAxis', axis, x.shape.length)
  const size = x.shape[at]
  const sizes = typeof pieces === 'number' ? new Array<number>(Math.max(1, pieces)).fill(size / pieces) : pieces
  if (sizes.some((n) => !Number.isInteger(n) || n < 0) || sizes.reduce((total, n) => total + n, 0) !== size)
    fail('splitAxis', `whole pieces that make up ${size}`, JSON.stringify(pieces), 'Give the sizes as a list.')
  let begin = 0
  return sizes.map((n) => {
    begin += n
    return part(x, at, begin - n, begin) as Tensor<Shape, D>
  })
}

/**
 * The slices along an axis, without that axis. The inverse of `stack`.
 *
 * @example
 * import { tensor, unstack } from 'pullback'
 * unstack(tensor([[1, 2], [3, 4]])).map((row) => row.shape) // => [[2], [2]]
 */
export const unstack = <D extends DType>(x: Tensor<Shape, D>, axis = 0): readonly Tensor<Shape, D>[] => {
  const at = normalizeAxis('unstack', axis, x.shape.length)
  const rest = x.shape.filter((_, i) => i !== at)
  return Array.from({ length: x.shape[at] }, (_, i) => reshape(part(x as Any, at, i, i + 1), rest) as Tensor<Shape, D>)
}

/**
 * `count` numbers from `start` to `stop`, both included, at equal distances.
 *
 * @example
 * import { linspace, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(linspace(0, 1, 3))) // => Float32Array [0, 0.5, 1]
 */
export const linspace = <N extends number, D extends FloatDType = 'float32'>(
  start: number,
  stop: number,
  count: N,
  dtype?: D,
): Tensor<[N], D> => {
  checkCount('linspace', count)
  const step = count > 1 ? (stop - start) / (count - 1) : 0
  return add(mul(iota([count], dtype ?? 'float32'), step), start) as Tensor<[N], D>
}

/**
 * Ones where row and column agree, zeros elsewhere; square unless `columns` is given.
 *
 * @example
 * import { eye, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(eye(2))) // => Float32Array [1, 0, 0, 1]
 */
export const eye = <N extends number, M extends number = N, D extends DType = 'float32'>(
  rows: N,
  columns?: M,
  dtype?: D,
): Tensor<[N, M], D> => cast(equal(iota([rows, 1]), iota([columns ?? rows])), dtype ?? 'float32') as Tensor<[N, M], D>

/** Whether column <= row + diagonal. */
const belowDiagonal = (rows: number, columns: number, diagonal: number): Any =>
  not(less(add(iota([rows, 1]), diagonal), iota([columns])))

/**
 * Which places a place may look at when later ones are hidden: true where column <= row.
 *
 * @example
 * import { causalMask, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 * toArray(reference().evaluateSync(causalMask(2))) // => Uint8Array [1, 0, 1, 1]
 */
export const causalMask = <N extends number, M extends number = N>(rows: N, columns?: M): Tensor<[N, M], 'bool'> =>
  belowDiagonal(rows, columns ?? rows, 0) as Tensor<[N, M], 'bool'>

/**
 * The matrices of the last two axes with zeros above a diagonal: 0 is the main one, 1 the next above it.
 *
 * @throws PullbackError when x has rank below 2
 * @example
 * import { tensor, toArray, tril } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * toArray(reference().evaluateSync(tril(tensor([[1, 2], [3, 4]])))) // => Float32Array [1, 0, 3, 4]
 */
export const tril = <S extends Shape, D extends NumericDType>(x: Tensor<S, D>, diagonal = 0): Tensor<S, D> => {
  if (x.shape.length < 2) fail('tril', 'rank 2 or more', showShape(x.shape), 'Reshape to a matrix first.')
  return select(belowDiagonal(x.shape.at(-2)!, x.shape.at(-1)!, diagonal), x, 0) as Tensor<S, D>
}
