/** Matrix products, in the order of src/array/contract.ts. */
import { allocate, type HostArray } from '../../array/dtype.js'
import { type Shape, sizeOf } from '../../array/shape.js'
import { rounded } from './rounding.js'
import { broadcastStrides, places, type View } from './view.js'

const block = 256

/** Where the matrices of x begin, one for each place of the batch axes. */
const matrices = (x: View, batch: Shape): Int32Array => {
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  const strides = broadcastStrides(x.shape.slice(0, -2), batch)
  return places(
    batch,
    strides.map((stride) => stride * rows * columns),
  )
}

export const matmul = (a: View, b: View, shape: Shape): HostArray => {
  const round = rounded[a.dtype]
  const [m, n] = shape.slice(-2) as [number, number]
  const k = a.shape[a.shape.length - 1]
  const lefts = matrices(a, shape.slice(0, -2))
  const rights = matrices(b, shape.slice(0, -2))
  const out = allocate(a.dtype, sizeOf(shape))
  let place = 0
  for (let matrix = 0; matrix < lefts.length; matrix++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        const row = lefts[matrix] + i * k
        const column = rights[matrix] + j
        let total = 0
        for (let begin = 0; begin < k; begin += block) {
          let partial = 0
          for (let l = begin; l < Math.min(begin + block, k); l++)
            partial = round(partial + round(a.data[row + l] * b.data[column + l * n]))
          total = begin === 0 ? partial : round(total + partial)
        }
        out[place++] = total
      }
  return out
}
