import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everySecond, scattered } from '../../../../src/backend/cpu/kernel/matmul/pack.js'
import type { MadeTable, Room, Word } from '../../../../src/backend/cpu/plan/launch.js'
import { ownProducts } from '../../../../src/backend/cpu/plan/launch.js'
import { alone } from '../../../../src/backend/cpu/plan/sharing.js'
import {
  type Axis,
  groupCost,
  groupsOf,
  isInRuns,
  joinedAxis,
  offsetsOf,
  uniformStride,
} from '../../../../src/backend/cpu/plan/tables.js'
import { createRuntime } from '../../../../src/backend/cpu/runtime/runtime.js'
import { eachPlace } from '../support.js'

const { memory, library } = createRuntime()

const known = new Map<string, Word>()
const room: Room = {
  temporary: () => 0,
  overlap: () => false,
  table: (key, make) => {
    const word = known.get(key) ?? { kind: 'made', table: make() }
    known.set(key, word)
    return word
  },
  sharing: alone,
  products: ownProducts,
}

const madeBy = (word: Word): MadeTable => {
  if (typeof word === 'number' || word.kind !== 'made') throw new Error('no table')
  return word.table
}

/** The address of a table, made anew; what is behind it stays as it is. */
const make = (word: Word): number => {
  const { size, source, words } = madeBy(word)
  const table = memory.allocate(4 * (size + 1), 'a table')
  const descriptor = memory.allocate(4 * (1 + words.length), 'a descriptor')
  const list = [table, ...words.map((each) => (typeof each === 'number' ? each : make(each)))]
  memory.words()[(table >>> 2) + size] = 12345
  memory.words().set(list, descriptor >>> 2)
  library.function(source)(descriptor, 0, 1, 0)
  expect(memory.words()[(table >>> 2) + size]).toBe(12345)
  return table
}
const read = (word: Word): number[] => {
  const first = make(word) >>> 2
  return [...memory.words().subarray(first, first + madeBy(word).size)]
}

/** Offsets in bytes, place by place. */
const model = ({ dims, strides }: Axis): number[] => {
  const offsets: number[] = []
  eachPlace(dims, (place) => {
    offsets.push(place.reduce((sum, at, d) => sum + 4 * at * strides[d]!, 0))
  })
  return offsets
}

const areApart = (offsets: readonly number[], step: number): boolean =>
  offsets.every((offset, i) => i === 0 || offset - offsets[i - 1]! === step)

/** An entry of the table of groups. */
const groupModel = (group: readonly number[]): number[] => {
  const first = group[0]!
  const next = group.findIndex((offset, i) => i > 0 && offset - group[i - 1]! !== 4)
  if (next < 0) return [first, first, 4]
  if (areApart(group.slice(next), 4)) return [first, group[next]! - 4 * next, next]
  return [first, first, areApart(group, 8) ? everySecond : scattered]
}
const groupsModel = (offsets: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(offsets.length / 4) }, (_, i) => groupModel(offsets.slice(4 * i, 4 * i + 4)))

/** Axes as they are, and such as are one walk through memory, or walks through rows. */
const axes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -3, max: 40 }), fc.integer({ min: 0, max: 3 })), {
    maxLength: 4,
  })
  .map((list): Axis => {
    const dims = list.map(([size]) => size)
    const strides: number[] = []
    for (let d = list.length - 1; d >= 0; d--) {
      const [, stride, kind] = list[d]!
      const walk = d === list.length - 1 ? 1 : strides[0]! * dims[d + 1]!
      strides.unshift(kind === 0 ? stride : kind === 1 ? walk + 2 : walk)
    }
    return { dims, strides }
  })

describe('an axis', () => {
  it('has the same places with neighbours joined', () => {
    fc.assert(
      fc.property(axes, (axis) => {
        const joined = joinedAxis(axis)
        expect(model(joined)).toEqual(model(axis))
        expect(joined.dims).not.toContain(1)
      }),
    )
  })

  it('is uniform where all places are equally far apart', () => {
    fc.assert(
      fc.property(axes, (axis) => {
        const step = uniformStride(axis)
        const offsets = model(axis)
        if (step !== undefined) expect(areApart(offsets, 4 * step)).toBe(true)
        else expect(areApart(offsets, offsets[1]! - offsets[0]!)).toBe(false)
      }),
    )
  })

  it('is in runs where all whole runs are of neighbours', () => {
    fc.assert(
      fc.property(axes, fc.constantFrom(2, 4, 16), (axis, count) => {
        const offsets = model(axis)
        fc.pre(offsets.length >= count)
        const whole = Array.from({ length: Math.floor(offsets.length / count) }, (_, i) =>
          offsets.slice(i * count, (i + 1) * count),
        )
        // A part of a run at the end may be all that is broken.
        if (isInRuns(axis, count)) expect(whole.every((run) => areApart(run, 4))).toBe(true)
        else if (offsets.length % count === 0) expect(whole.every((run) => areApart(run, 4))).toBe(false)
      }),
    )
  })
})

describe('a table that a kernel writes', () => {
  it('has the offset of every place, the last one repeated', () => {
    fc.assert(
      fc.property(axes, fc.constantFrom(1, 4, 8), (axis, padding) => {
        const offsets = model(axis)
        const wanted = [...offsets]
        while (wanted.length % padding !== 0) wanted.push(offsets[offsets.length - 1]!)
        expect(read(offsetsOf(axis, padding, room))).toEqual(wanted)
      }),
    )
  })

  it('has the kind of every group of four places', () => {
    fc.assert(
      fc.property(axes, (axis) => {
        expect(read(groupsOf(axis, offsetsOf(axis, 4, room), room))).toEqual(groupsModel(model(axis)).flat())
      }),
    )
  })

  it('is one for axes with the same places', () => {
    const split = { dims: [3, 1, 5], strides: [5, 7, 1] }
    const whole = { dims: [15], strides: [1] }
    expect(offsetsOf(split, 4, room)).toBe(offsetsOf(whole, 8, room))
    expect(groupsOf(split, offsetsOf(split, 4, room), room)).toBe(groupsOf(whole, offsetsOf(whole, 4, room), room))
  })
})

describe('what reading a group costs', () => {
  const costs: Readonly<Record<number, number>> = { 1: 2, 2: 2, 3: 2, 4: 1, [everySecond]: 2.5, [scattered]: 8 }
  const meanCost = (axis: Axis): number => {
    const kinds = groupsModel(model(axis)).map(([, , kind]) => costs[kind!]!)
    return kinds.reduce((sum, cost) => sum + cost, 0) / kinds.length
  }

  for (const [what, axis] of Object.entries<Axis>({
    'one place': { dims: [1, 1], strides: [3, 5] },
    'two places': { dims: [2], strides: [9] },
    neighbours: { dims: [4, 25], strides: [25, 1] },
    'rows of 28': { dims: [28, 28], strides: [32, 1] },
    'rows of 14': { dims: [8, 14], strides: [18, 1] },
    'rows of 25': { dims: [8, 25], strides: [32, 1] },
    'rows of 5': { dims: [8, 5, 5], strides: [784, 28, 1] },
    'rows of 3': { dims: [16, 3, 3], strides: [1156, 34, 1] },
    'rows of 2': { dims: [32, 2], strides: [9, 1] },
    'every second place': { dims: [16], strides: [2] },
    'every second place of rows': { dims: [16, 16], strides: [70, 2] },
    columns: { dims: [64], strides: [100] },
    'the same place': { dims: [64], strides: [0] },
    'rows backwards': { dims: [8, 8], strides: [-12, -1] },
  }))
    it(`is as in the table: ${what}`, () => {
      expect(groupCost(axis)).toBeCloseTo(meanCost(axis), 6)
    })
})
