import fc from 'fast-check'
import { describe, it } from 'vitest'
import { fourWays } from '../../../kernelCases/matmul.js'
import { noGpu } from '../../harness.js'
import { randomCase } from './cases.js'
import { byDirect, expectEpilogue, expectProduct } from './check.js'

const power = (most: number): fc.Arbitrary<number> => fc.nat(most).map((n) => 2 ** n)
const kinds = fc.record({
  rows: power(2),
  columns: power(2),
  blocks: power(4),
  lanes: power(3),
  alongK: fc.boolean(),
})

describe.skipIf(noGpu)('invocations on their own', () => {
  it('compute any product', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, randomCase(12), (which, each) => expectEpilogue(each, byDirect(which))),
      { numRuns: 20, seed: 3 },
    )
  })

  it('share long sums', async () => {
    for (const each of fourWays(3, 6, 20_000))
      await expectProduct(each, byDirect({ rows: 1, columns: 4, blocks: 2, lanes: 32, alongK: true }), true)
  })
})
