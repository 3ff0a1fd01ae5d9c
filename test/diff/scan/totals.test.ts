/** What a captured value receives is summed behind the loop where that is one product or sum, else in its carry. */
import { describe, expect, it } from 'vitest'
import * as P from '../../../src/array/index.js'
import * as U from '../../../src/array/untyped.js'
import { between, type T } from '../cases/case.js'
import { cotangents, expectAgreement, looped, loopsOf, type Step } from './support.js'

interface Sum {
  readonly k: P.Shape
  readonly h: P.Shape
  readonly xs: P.Shape
  readonly step: Step
  /** Whether there is no running total in the loop. */
  readonly behind: boolean
}
const same = (y: T): readonly [T, T] => [y, y]
/** Numbers in (-1, 1) as rows 0, 1 and 2. */
const rowsOf = (x: T): T => U.cast(U.mul(U.add(x, 1), 1.5), 'int32')
const fixedRows = P.tensor([2, 0, 2], [3], 'int32') as T
const ones = P.ones([2, 3], 'float64') as unknown as T
const matrices = { k: [3, 3], h: [2, 3], xs: [4, 2, 3] } as const
const vectors = { k: [3], h: [2, 3], xs: [4, 2, 3] } as const

const sums: Readonly<Record<string, Sum>> = {
  'a product': { ...matrices, behind: true, step: (k, h, x) => same(U.tanh(U.add(U.matmul(h, k), x))) },
  'a product with its transpose': {
    ...matrices,
    behind: true,
    step: (k, h, x) => same(U.tanh(U.add(U.matmul(h, U.transpose(k)), x))),
  },
  'a product with the transpose of a sum': {
    ...{ k: [3, 3], h: [3, 3], xs: [4, 3, 3], behind: true },
    step: (k, h, x) => same(U.tanh(U.matmul(h, U.transpose(U.add(k, x))))),
  },
  'a product from the left': {
    ...{ k: [2, 2], h: [2, 3], xs: [4, 2, 3], behind: true },
    step: (k, h, x) => same(U.tanh(U.add(U.matmul(k, h), x))),
  },
  'a product in another shape': {
    ...{ k: [9], h: [2, 3], xs: [4, 2, 3], behind: true },
    step: (k, h, x) => same(U.tanh(U.add(U.matmul(h, U.reshape(k, [3, 3])), x))),
  },
  'a product of what was moved in the step': {
    ...{ k: [2, 3], h: [2, 3], xs: [4, 2, 3], behind: true },
    step: (k, h, x) => [U.tanh(U.add(h, x)), U.matmul(U.reshape(h, [3, 2]), k)],
  },
  'products of a batch': {
    ...{ k: [2, 3, 4], h: [5, 3], xs: [4, 5, 3], behind: true },
    step: (k, h, x) => [U.tanh(U.add(h, x)), U.matmul(U.tanh(U.add(h, x)), k)],
  },
  'two products': {
    ...{ ...matrices, behind: true },
    step: (k, h, x) => same(U.tanh(U.add(U.matmul(h, k), U.matmul(x, k)))),
  },
  'a sum over the batch': { ...vectors, behind: true, step: (k, h, x) => same(U.tanh(U.add(U.add(h, k), x))) },
  'a sum over the batch that keeps its axis': {
    ...{ k: [1, 3], h: [2, 3], xs: [4, 2, 3], behind: true },
    step: (k, h, x) => same(U.tanh(U.add(U.add(h, k), x))),
  },
  'two sums': {
    ...{ ...vectors, behind: true },
    step: (k, h, x) => [U.tanh(U.add(U.add(h, k), x)), U.add(U.mul(x, 2), k)],
  },
  'rows of a table': {
    ...{ k: [4, 2], h: [3, 2], xs: [4, 3], behind: true },
    step: (k, h, x) => same(U.tanh(U.add(h, U.gather(k, rowsOf(x))))),
  },
  'rows of a table, always the same': {
    ...{ k: [4, 2], h: [3, 2], xs: [4, 3, 2], behind: false },
    step: (k, h, x) => same(U.tanh(U.add(h, U.gather(U.add(k, U.sum(x, [0])), fixedRows)))),
  },
  'a factor of each element': {
    ...{ k: [2, 3], h: [2, 3], xs: [4, 2, 3], behind: false },
    step: (k, h, x) => same(U.tanh(U.add(U.mul(h, k), x))),
  },
  'a factor that is transposed': {
    ...{ k: [3, 3], h: [3, 3], xs: [4, 3, 3], behind: false },
    step: (k, h, x) => same(U.tanh(U.mul(h, U.transpose(U.add(k, x))))),
  },
  'a product and a factor': {
    ...{ k: [3, 3], h: [3, 3], xs: [4, 3, 3], behind: false },
    step: (k, h, x) => same(U.tanh(U.add(U.add(U.matmul(h, k), U.mul(h, k)), x))),
  },
  'a factor and a product': {
    ...{ k: [3, 3], h: [3, 3], xs: [4, 3, 3], behind: false },
    step: (k, h, x) => same(U.tanh(U.add(U.add(U.mul(h, k), U.matmul(h, k)), x))),
  },
  'a product with what stays the same': {
    ...{ k: [3, 2], h: [3, 2], xs: [4, 3, 2], behind: false },
    step: (k, h, x) => [U.tanh(U.add(h, x)), U.matmul(ones, U.add(k, x))],
  },
}

describe.each(Object.entries(sums))('%s', (_, { step, behind, ...shapes }) => {
  const args = [between(shapes.k, -1, 1, 1), between(shapes.h, -1, 1, 2), between(shapes.xs, -1, 1, 3)] as const
  it('has the cotangents of the steps written out', () => {
    expectAgreement(step, args, ['k', 'h', 'xs'])
  })
  it(behind ? 'is summed behind the loop' : 'is summed in the carry', () => {
    const loops = loopsOf(cotangents(looped(step), args, ['k']))
    expect(loops.map(({ carry }) => carry).at(-1)).toBe(behind ? 1 : 2)
  })
})

describe('what is multiplied behind the loop is moved there, too', () => {
  const moves: Readonly<Record<string, (h: T) => T>> = {
    permute: (h) => U.permute(h, [1, 0]),
    reshape: (h) => U.reshape(h, [3, 2]),
    'reshape and permute': (h) => U.reshape(U.permute(U.reshape(h, [2, 3, 1]), [2, 1, 0]), [3, 2]),
  }
  it.each(Object.entries(moves))('%s', (_, move) => {
    const args = [between([2, 3], -1, 1, 1), between([2, 3], -1, 1, 2), between([4, 2, 3], -1, 1, 3)] as const
    const step: Step = (k, h, x) => [U.add(U.sin(h), x), U.matmul(move(h), k)]
    // the states, as the forward loop gives them, times the cotangents, as they come: no second loop
    expect(loopsOf(cotangents(looped(step), args, ['k'])).map(({ stacked }) => stacked)).toEqual([1])
    expectAgreement(step, args, ['k', 'h', 'xs'])
  })
})
