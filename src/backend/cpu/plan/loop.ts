/** From a loop kernel to its launch. */
import { sizeOf } from '../../../array/shape.js'
import type { Access, Body } from '../../../engine/kernel.js'
import { pieceLength, writeLoop } from '../kernel/loop.js'
import { isPhased } from '../kernel/phases.js'
import { tileDepth, writeTiles } from '../kernel/tiles.js'
import { nestOf, type PlannedBody, planBody, strideClasses, structureKey, workOf } from './body.js'
import type { Launch, Room } from './launch.js'
import { descriptorWords } from './layout.js'
import { type Nest, ordered, permuteNest } from './nest.js'

/** A nest has a dim to vectorise, if only of size 1. */
const withDim = (nest: Nest): Nest =>
  nest.dims.length > 0 ? nest : { dims: [1], strides: nest.strides.map(() => [0]) }

/** The nest with the dim last but one along which loads are contiguous that are far apart along the last; and those. */
const asTiles = (planned: PlannedBody, nest: Nest): { readonly nest: Nest; readonly turned: number[] } | undefined => {
  const { dims, strides } = nest
  const inner = dims.length - 1
  const { structure } = planned
  const stored = new Set(structure.stores.map(({ pointer }) => pointer))
  const loaded = new Set(structure.operands.flatMap((operand) => (operand.kind === 'load' ? [operand.pointer] : [])))
  const isTurned = (p: number, d: number): boolean =>
    loaded.has(p) && !stored.has(p) && Math.abs(strides[p][inner]) > 8 && strides[p][d] === 4
  const candidates = dims.map((size, d) =>
    d < inner && size >= 4 ? strides.filter((_, p) => isTurned(p, d)).length : 0,
  )
  const outer = candidates.indexOf(Math.max(...candidates))
  if (dims[inner] < 4 || candidates[outer] === 0) return undefined
  const order = [...dims.keys()].filter((d) => d !== outer && d !== inner)
  return {
    nest: permuteNest(nest, [...order, outer, inner]),
    turned: [...strides.keys()].filter((p) => isTurned(p, outer)),
  }
}

/** `result`: where the results lie that the operands of kind 'result' mean. `overlap`: as Room's. */
export const planLoop = (
  name: string,
  dims: readonly number[],
  body: Body,
  result?: Access,
  overlap?: Room['overlap'],
): Launch[] => {
  const places = sizeOf(dims)
  if (places === 0 || body.stores.length === 0) return []
  const planned = planBody(body, result, [], overlap)
  const { structure } = planned
  const nest = withDim(ordered(nestOf(dims, planned.pointers), 4))
  const rank = nest.dims.length
  const work = workOf(body, places)
  const tiles = asTiles(planned, nest)
  if (tiles !== undefined) {
    const { nest: turnedNest, turned } = tiles
    const classes = strideClasses(planned, turnedNest, rank - 1)
    const [depth, row] = turnedNest.dims.slice(-2)
    return [
      {
        name,
        source: {
          key: `tiles ${rank} ${turned} ${structureKey(structure, classes)}`,
          write: () => writeTiles(rank, structure, classes, turned),
        },
        words: descriptorWords([], turnedNest, planned),
        units: Math.ceil(depth / tileDepth) * (places / (depth * row)),
        work,
      },
    ]
  }
  const classes = strideClasses(planned, nest, rank - 1)
  const row = nest.dims[rank - 1]
  const phased = isPhased(structure, classes, row)
  const kind = phased ? `phased ${structure.stores.map(({ over }) => over.join()).join(';')} ` : ''
  return [
    {
      name,
      source: {
        key: `${kind}loop ${rank} ${structureKey(structure, classes)}`,
        write: () => writeLoop(rank, structure, classes, phased),
      },
      words: descriptorWords([], nest, planned),
      units: rank === 1 ? Math.ceil(row / pieceLength) : places / row,
      work,
    },
  ]
}
