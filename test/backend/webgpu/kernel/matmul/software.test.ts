/** Products where shaders run on the processor. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Limits } from '../../../../../src/backend/webgpu/dispatch.js'
import { matmul } from '../../../../../src/backend/webgpu/kernel/matmul/matmul.js'
import { strategyOf } from '../../../../../src/backend/webgpu/kernel/matmul/strategy.js'
import { convolution, filterGradient, fourWays, type ProductCase } from '../../../kernelCases/matmul.js'
import { leastLimits, noGpu } from '../../harness.js'
import { randomCase } from './cases.js'
import { expectEpilogue, expectProduct } from './check.js'

const limits: Limits = { ...leastLimits, software: true }
const products: readonly ProductCase[] = [
  ...fourWays(33, 70, 130),
  { name: 'blocks of k', m: [16], n: [27], k: [1100] },
  { name: 'one number', m: [1], n: [1], k: [20_000] },
  { name: 'a batch', batch: [3], m: [9], n: [36], k: [20] },
  convolution('a convolution', [3, 4, 16], [10, 10], [3, 3], 1),
  filterGradient('the gradient of a filter over many places', [4, 8, 16], 30, 3),
]

describe.skipIf(noGpu)('in software', () => {
  it.each(products)('$name', async (each) => {
    await expectEpilogue(each, matmul, limits)
    await expectProduct(each, matmul, true, limits)
  })
  it('any product', () =>
    fc.assert(
      fc.asyncProperty(randomCase(30), (each) => expectEpilogue(each, matmul, limits)),
      { numRuns: 8, seed: 4 },
    ))
})

describe('the strategy of products in software', () => {
  const sizes = fc.record({
    batch: fc.integer({ min: 1, max: 9 }),
    m: fc.integer({ min: 1, max: 3000 }),
    n: fc.integer({ min: 1, max: 3000 }),
    k: fc.integer({ min: 1, max: 30_000 }),
  })
  it('has neither tiles nor lanes that share a sum', () =>
    fc.assert(
      fc.property(sizes, (each) => {
        const strategy = strategyOf(each, limits)
        expect(strategy).toMatchObject({ kind: 'direct', direct: { lanes: 1 } })
      }),
    ))
  it('has large tiles in registers for large products, and small ones for small products', () => {
    expect(strategyOf({ batch: 1, m: 512, n: 512, k: 512 }, limits)).toMatchObject({ direct: { rows: 8, columns: 8 } })
    expect(strategyOf({ batch: 1, m: 3, n: 2, k: 5 }, limits)).toMatchObject({ direct: { rows: 1, columns: 1 } })
  })
})
