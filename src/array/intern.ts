/**
 * Shapes and attributes: short lists of whole numbers, of which a graph has thousands that are equal. The nodes of one
 * training step of a deep network had 9,800 lists for 102 different ones, a sixth of what the garbage collector had to
 * copy; so nodes take the list that an earlier node has, where it is at hand.
 *
 * Nobody changes such a list, so nobody can tell. The table is bounded: of two lists that claim one place the later has it.
 */
import { sameShape } from './shape.js'

type List = readonly number[]

const places = 1024
const table = new Array<List | undefined>(places).fill(undefined)

const placeOf = (list: List): number => {
  let hash = list.length
  for (let i = 0; i < list.length; i++) hash = Math.imul(hash ^ list[i], 0x01000193)
  return (hash ^ (hash >>> 15)) & (places - 1)
}

const find = (place: number, list: List): List | undefined => {
  const known = table[place]
  return known !== undefined && sameShape(known, list) ? known : undefined
}
const keep = (place: number, list: List): List => {
  table[place] = list
  return list
}

const drafts: readonly [number[], number[]] = [[], []]
const draft = (which: 0 | 1, length: number): number[] => {
  const list = drafts[which]
  list.length = length
  return list
}
/** Room to write a shape, or attributes, for {@link internedCopy}: the same again at the next call. */
export const shapeDraft = (rank: number): number[] => draft(0, rank)
export const attributesDraft = (length: number): number[] => draft(1, length)

/** A list equal to this one, which nobody may change from now on. */
export const interned = (list: List): List => {
  const place = placeOf(list)
  return find(place, list) ?? keep(place, list)
}

/** As {@link interned}, of a list that somebody else may change: what is kept is a copy. */
export const internedCopy = (list: List): List => {
  const place = placeOf(list)
  return find(place, list) ?? keep(place, list.slice())
}
