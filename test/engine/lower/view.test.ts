import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Shape, sizeOf, stridesOf } from '../../../src/array/shape.js'
import { read } from '../../../src/backend/reference/strided.js'
import { type View as Data, places } from '../../../src/backend/reference/view.js'
import { refine } from '../../../src/engine/lower/refine.js'
import { contiguous, cut, isContiguous, join, type Move, moved, type View } from '../../../src/engine/lower/view.js'

/** The addresses that a view reads, in order. */
const addresses = ({ offset, digits }: View): number[] => [
  ...places(
    digits.map(({ size }) => size),
    digits.map(({ stride }) => stride),
    offset,
  ),
]

const applied = (x: Data, { op, attributes, to }: Move): Float64Array =>
  (op === 'reshape' ? x.data : read({ op, attributes, shape: to }, x)) as Float64Array

const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1)
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** Reads a few random numbers as a move of an array of shape `from`. */
const moveOf = (from: Shape, [kind, a, b]: readonly [number, number, number]): Move => {
  const rank = from.length
  const axis = rank === 0 ? 0 : a % rank
  const make = (op: Move['op'], attributes: readonly number[], to: Shape): Move => ({ op, attributes, from, to })
  switch (kind % 6) {
    case 0: {
      const order = range(rank).map((i) => (i + b) % rank)
      return make(
        'permute',
        order,
        order.map((i) => from[i]!),
      )
    }
    case 1:
      return make('broadcast', [], [1 + (a % 3), ...from])
    case 2: {
      const begin = from.map((n, i) => (i === axis ? b % n : 0))
      const step = from.map((_, i) => (i === axis ? 1 + (a % 2) : 1))
      const to = from.map((n, i) => Math.ceil((n - begin[i]!) / step[i]!))
      return make('slice', [...begin, ...step], to)
    }
    case 3:
      return make('flip', rank === 0 ? [] : [axis], from)
    case 4: {
      if (rank === 0) return make('reshape', [], [1, 1])
      const size = 1 + (b % from[rank - 1]!)
      const step = 1 + (a % 2)
      return make(
        'window',
        [size, step, 1],
        [...from.slice(0, -1), size, Math.floor((from[rank - 1]! - size) / step) + 1],
      )
    }
    default: {
      const size = product(from)
      const divisors = range(size)
        .map((i) => i + 1)
        .filter((n) => size % n === 0)
      const first = divisors[a % divisors.length]!
      return make('reshape', [], [first, size / first])
    }
  }
}

describe('views', () => {
  it('read what the moves give, as long as they can follow them', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
    const steps = fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)), { maxLength: 6 })
    let followed = 0
    fc.assert(
      fc.property(shapes, steps, (shape, choices) => {
        let view: View | undefined = contiguous(sizeOf(shape))
        let data: Data = { dtype: 'float64', shape, data: Float64Array.from(range(sizeOf(shape))) }
        for (const choice of choices) {
          const move = moveOf(data.shape, choice)
          if (sizeOf(move.to) > 2000) return
          view = moved(view, move)
          if (view === undefined) return
          data = { ...data, shape: move.to, data: applied(data, move) }
          followed++
          expect(addresses(view)).toEqual([...data.data])
          expect(view.digits.every(({ size }) => size > 1)).toBe(true)
        }
      }),
      { numRuns: 2000, seed: 1 },
    )
    expect(followed).toBeGreaterThan(3000)
  })

  it('always follow one move of elements in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
        fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
        (shape, choice) => moved(contiguous(sizeOf(shape)), moveOf(shape, choice)) !== undefined,
      ),
      { seed: 1 },
    )
  })

  it('join what runs through memory as one, and are cut again where axes are', () => {
    const digits = [2, 3, 4].map((size, i) => ({ size, stride: stridesOf([2, 3, 4])[i]! }))
    expect(join(digits)).toEqual([{ size: 24, stride: 1 }])
    expect(isContiguous({ offset: 0, digits: join(digits) })).toBe(true)
    expect(cut(join(digits), [2, 3, 4])).toEqual(digits.map((digit) => [digit]))
    expect(cut(join(digits), [8, 3])).toEqual([[{ size: 8, stride: 3 }], [{ size: 3, stride: 1 }]])
    expect(
      cut(
        [
          { size: 4, stride: 6 },
          { size: 6, stride: 2 },
        ],
        [3, 8],
      ),
    ).toBeUndefined()
  })
})

describe('refine', () => {
  it('finds the fewest dims in which each view has one stride', () => {
    const rows = [
      { size: 6, stride: 1 },
      { size: 4, stride: 0 },
    ]
    const split = [
      { size: 2, stride: 100 },
      { size: 3, stride: 7 },
      { size: 4, stride: 1 },
    ]
    expect(refine(24, [[{ size: 24, stride: 1 }], rows])).toEqual({
      dims: [6, 4],
      strides: [
        [4, 1],
        [1, 0],
      ],
    })
    expect(refine(24, [split, rows])).toEqual({
      dims: [2, 3, 4],
      strides: [
        [100, 7, 1],
        [3, 1, 0],
      ],
    })
    expect(refine(24, [])).toEqual({ dims: [24], strides: [] })
    expect(refine(1, [[]])).toEqual({ dims: [], strides: [[]] })
  })

  it('names the first view that does not fit those before it', () => {
    const by = (inner: number) => [
      { size: 24 / inner, stride: 50 },
      { size: inner, stride: 1 },
    ]
    expect(refine(24, [by(4), by(12), by(6), by(8)])).toBe(2)
  })
})
