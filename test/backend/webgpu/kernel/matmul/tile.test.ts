import fc from 'fast-check'
import { describe, it } from 'vitest'
import { tileOf } from '../../../../../src/backend/webgpu/kernel/matmul/strategy.js'
import type { Tile } from '../../../../../src/backend/webgpu/kernel/matmul/tiling.js'
import { convolution, filterGradient, fourWays, type ProductCase } from '../../../kernelCases/matmul.js'
import { noGpu } from '../../harness.js'
import { randomCase } from './cases.js'
import { byTile, expectEpilogue, expectProduct } from './check.js'

const [plain, aTurned, bTurned, bothTurned] = fourWays(70, 76, 50)
const pairs: readonly (readonly [Tile, ProductCase])[] = [
  [tileOf(64, 64, 1), plain!],
  [tileOf(64, 64, 1), aTurned!],
  [tileOf(32, 32, 8), bTurned!],
  [tileOf(32, 32, 8), bothTurned!],
  [tileOf(64, 64, 1), { name: 'blocks of k', m: [64], n: [64], k: [1100] }],
  [tileOf(32, 64, 2), { name: 'blocks of k in two slices', m: [30], n: [30], k: [1100] }],
  [tileOf(128, 128, 1), { name: 'large tiles', m: [130], n: [136], k: [40] }],
  [tileOf(16, 64, 4), convolution('a convolution', [3, 4, 16], [10, 10], [3, 3], 1)],
  [tileOf(64, 16, 8), filterGradient('a gradient', [3, 2, 16], 10, 3)],
  [tileOf(32, 32, 8), { name: 'a batch', batch: [3], m: [9], n: [36], k: [20] }],
]

describe.skipIf(noGpu).each(pairs)('tile $rows x $columns', (which, each) => {
  it(`of ${each.name}`, async () => {
    await expectEpilogue(each, byTile(which))
    await expectProduct(each, byTile(which), true)
  }, 240_000)
})

describe.skipIf(noGpu)('tiles', () => {
  it('compute any product', async () => {
    const some = fc.constantFrom(tileOf(16, 64, 4), tileOf(32, 32, 8), tileOf(64, 64, 1), tileOf(8, 128, 2))
    await fc.assert(
      fc.asyncProperty(some, randomCase(40), (which, each) => expectEpilogue(each, byTile(which))),
      { numRuns: 4, seed: 2 },
    )
  }, 240_000)
})
