/** From a loop kernel to its launch. */
import { sizeOf } from '../../../array/shape.js'
import type { Access, Body } from '../../../engine/kernel.js'
import { pieceLength, writeLoop } from '../kernel/loop.js'
import { nestOf, planBody, strideClasses, structureKey, workOf } from './body.js'
import type { Launch } from './launch.js'
import { descriptorWords } from './layout.js'
import { type Nest, ordered } from './nest.js'

/** A nest has a dim to vectorise, if only of size 1. */
const withDim = (nest: Nest): Nest =>
  nest.dims.length > 0 ? nest : { dims: [1], strides: nest.strides.map(() => [0]) }

/** `result`: where the results lie that the operands of kind 'result' mean. */
export const planLoop = (name: string, dims: readonly number[], body: Body, result?: Access): Launch[] => {
  const places = sizeOf(dims)
  if (places === 0 || body.stores.length === 0) return []
  const planned = planBody(body, result)
  const nest = withDim(ordered(nestOf(dims, planned.pointers), 4))
  const rank = nest.dims.length
  const classes = strideClasses(planned, nest, rank - 1)
  const row = nest.dims[rank - 1]
  return [
    {
      name,
      source: {
        key: `loop ${rank} ${structureKey(planned.structure, classes)}`,
        write: () => writeLoop(rank, planned.structure, classes),
      },
      words: descriptorWords([], nest, planned),
      units: rank === 1 ? Math.ceil(row / pieceLength) : places / row,
      work: workOf(body, places),
    },
  ]
}
