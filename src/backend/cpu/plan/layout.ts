/**
 * Where a descriptor keeps what: first words of the kernel's own, then the sizes of the dims, then for every pointer its
 * base, its strides and its extents, then the addresses of scalars. The extent in a dim is size times stride: what brings
 * a pointer back from the end of the dim to its beginning.
 */
import type { PlannedBody } from './body.js'
import type { Word } from './launch.js'
import type { Nest } from './nest.js'

export interface Layout {
  /** Words of the kernel's own. */
  readonly head: number
  readonly rank: number
  readonly pointers: number
}

const pointerWords = (rank: number): number => 1 + 2 * rank

/** Byte offsets into the descriptor. */
export const sizeAt = ({ head }: Layout, d: number): number => 4 * (head + d)
export const baseAt = ({ head, rank }: Layout, p: number): number => 4 * (head + rank + p * pointerWords(rank))
export const strideAt = (layout: Layout, p: number, d: number): number => baseAt(layout, p) + 4 * (1 + d)
export const extentAt = (layout: Layout, p: number, d: number): number => baseAt(layout, p) + 4 * (1 + layout.rank + d)
export const scalarAt = ({ head, rank, pointers }: Layout, i: number): number =>
  4 * (head + rank + pointers * pointerWords(rank) + i)

export const descriptorWords = (
  head: readonly Word[],
  { dims, strides }: Nest,
  { pointers, scalars }: PlannedBody,
): Word[] => [
  ...head,
  ...dims,
  ...pointers.flatMap(({ base }, p) => [base, ...strides[p], ...dims.map((size, d) => size * strides[p][d])]),
  ...scalars,
]
