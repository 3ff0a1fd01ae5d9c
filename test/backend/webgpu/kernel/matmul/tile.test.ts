import fc from 'fast-check'
import { describe, it } from 'vitest'
import type { Tile } from '../../../../../src/backend/webgpu/kernel/matmul/tile.js'
import { noGpu } from '../../harness.js'
import { type Case, convolution, filterGradient, fourWays, randomCase } from './cases.js'
import { byTile, expectEpilogue, expectProduct } from './check.js'

const tile = (rows: number, columns: number, slices: number): Tile => ({
  rows,
  columns,
  depth: slices === 1 ? 16 : 32,
  microRows: rows >= 32 ? 8 : 4,
  microColumns: columns >= 32 ? 8 : 4,
  slices,
})

const [plain, aTurned, bTurned, bothTurned] = fourWays(70, 76, 50)
const pairs: readonly (readonly [Tile, Case])[] = [
  [tile(64, 64, 1), plain!],
  [tile(64, 64, 1), aTurned!],
  [tile(32, 32, 4), bTurned!],
  [tile(32, 32, 4), bothTurned!],
  [tile(64, 64, 1), { name: 'blocks of k', m: [64], n: [64], k: [1100] }],
  [tile(32, 32, 2), { name: 'blocks of k in two slices', m: [30], n: [30], k: [1100] }],
  [tile(128, 128, 1), { name: 'large tiles', m: [130], n: [136], k: [40] }],
  [tile(16, 64, 4), convolution('a convolution', [3, 4, 16], [10, 10], [3, 3], 1)],
  [tile(64, 16, 8), filterGradient('a gradient', [3, 2, 16], 10, 3)],
  [tile(32, 32, 2), { name: 'a batch', batch: [3], m: [9], n: [36], k: [20] }],
]

describe.skipIf(noGpu).each(pairs)('tile $rows x $columns', (which, each) => {
  it(`of ${each.name}`, async () => {
    await expectEpilogue(each, byTile(which))
    await expectProduct(each, byTile(which), true)
  })
})

describe.skipIf(noGpu)('tiles', () => {
  it('compute any product', async () => {
    const some = fc.constantFrom(tile(16, 64, 4), tile(32, 32, 4), tile(64, 64, 1), tile(8, 128, 2))
    await fc.assert(
      fc.asyncProperty(some, randomCase(40), (which, each) => expectEpilogue(each, byTile(which))),
      { numRuns: 5, seed: 2 },
    )
  }, 120_000)
})
