/** Every family of kernels, where all that it reads and writes of float32 is stored as halves. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../../../src/array/dtype.js'
import { sizeOf, stridesOf } from '../../../../src/array/shape.js'
import type { Limits } from '../../../../src/backend/webgpu/dispatch.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import { matmul } from '../../../../src/backend/webgpu/kernel/matmul/matmul.js'
import { tileOf } from '../../../../src/backend/webgpu/kernel/matmul/strategy.js'
import { reduce } from '../../../../src/backend/webgpu/kernel/reduce.js'
import { whole as wholeBuffers } from '../../../../src/backend/webgpu/kernel/whole/whole.js'
import type { LoopKernel, ReduceKernel, WholeKernel } from '../../../../src/engine/kernel.js'
import { floats, type Given, integers, noise, planOf, someFloats, unsigned, whole } from '../../kernelCases/data.js'
import { convolution, filterGradient, fourWays, imageGradient } from '../../kernelCases/matmul.js'
import { loopSample, reduceSample, type Sample, totalSize } from '../emit/plans.js'
import { asHalves, dispatchesOf, exactly, expectPlan, leastLimits, noGpu, ofHalves, ownLimits } from '../harness.js'
import { randomCase } from './matmul/cases.js'
import { byDirect, byTile, expectEpilogue, expectProduct } from './matmul/check.js'

const inSoftware: Limits = { ...leastLimits, software: true }
const near = ofHalves({ absolute: 2 ** -20, relative: 2 ** -20 })

describe.skipIf(noGpu)('loops and reductions', () => {
  const dataFor = ({ plan, seed }: Sample) =>
    plan.buffers.flatMap(({ dtype, size, role }, i) => {
      if (role.kind !== 'input') return []
      const next = noise(seed + i)
      const words = Array.from({ length: size }, () => next() * 2 ** 32)
      if (dtype === 'float32') return [someFloats(size, seed + i, i % 2 === 1)]
      if (dtype === 'bool') return [Uint8Array.from(words, (w) => (w % 2) | 0)]
      return [(dtype === 'int32' ? integers(words.map((w) => w | 0)) : unsigned(words)).data]
    })
  for (const [name, arbitrary] of [
    ['loops', loopSample],
    ['reductions', reduceSample],
  ] as const)
    it(`any ${name}`, async () => {
      let index = 0
      await fc.assert(
        fc.asyncProperty(
          arbitrary.filter((sample) => totalSize(sample) < 50_000),
          async (sample) => {
            const limits = index++ % 2 === 0 ? ownLimits : leastLimits
            await expectPlan(asHalves(sample.plan), { loop, reduce }, dataFor(sample), sample.scalars, near, limits)
          },
        ),
        { numRuns: 40, seed: 7, endOnFailure: true },
      )
    }, 300_000)

  it.each([
    ['in fours', 65536],
    ['of odd lengths', 65537],
  ])('a loop that stores what it goes on with, %s', async (_, size) => {
    // What is stored is rounded first, so that the other result is made of what others load.
    const kernel: LoopKernel = {
      ...{ kind: 'loop', dims: [size] },
      operands: [
        { kind: 'load', dtype: 'float32', access: whole(0, [size]) },
        { kind: 'constant', dtype: 'float32', value: 3 },
      ],
      steps: [
        { op: 'div', dtype: 'float32', args: [0, 1] },
        { op: 'mul', dtype: 'float32', args: [2, 1] },
      ],
      stores: [
        { value: 2, access: whole(1, [size]) },
        { value: 3, access: whole(2, [size]) },
      ],
    }
    const plan = planOf(
      [['float32', size]],
      Array.from({ length: 2 }, () => ['float32', size] as const),
      [],
      [kernel],
    )
    const data = Float32Array.from({ length: size }, (_, i) => (i % 2048) + 1)
    await expectPlan(asHalves(plan), { loop }, [data], [], exactly)
  })

  it('a loop in tiles', async () => {
    const [rows, columns] = [301, 299]
    const kernel: LoopKernel = {
      ...{ kind: 'loop', dims: [columns, rows], steps: [] },
      operands: [{ kind: 'load', dtype: 'float32', access: { buffer: 0, offset: 0, strides: [1, columns] } }],
      stores: [{ value: 0, access: whole(1, [columns, rows]) }],
    }
    const size = rows * columns
    const plan = asHalves(planOf([['float32', size]], [['float32', size]], [], [kernel]))
    expect(dispatchesOf(plan, { loop }).dispatches[0]!.label).toContain('tiles')
    await expectPlan(plan, { loop }, [someFloats(size, 3)], [], exactly)
  })

  it.each([
    ['long rows, in chunks', [3], [70001]],
    ['rows in fours', [40], [256]],
    ['columns abreast', [64], [90]],
  ] as const)('sums of %s', async (name, kept, row) => {
    const dims = [...kept, ...row]
    const strides = name === 'columns abreast' ? [1, kept[0]] : stridesOf(dims)
    const kernel: ReduceKernel = {
      ...{ kind: 'reduce', op: 'sum', dims, kept: 1, outer: 0, steps: [], stores: [], value: 0 },
      operands: [{ kind: 'load', dtype: 'float32', access: { buffer: 0, offset: 0, strides } }],
      epilogue: {
        ...{ operands: [{ kind: 'result', dtype: 'float32' }], steps: [] },
        stores: [{ value: 0, access: whole(1, kept) }],
      },
    }
    const plan = asHalves(planOf([['float32', sizeOf(dims)]], [['float32', kept[0]]], [], [kernel]))
    const tolerance = { ...near, absolute: 2 ** -20 * Math.sqrt(row[0]) }
    for (const limits of [ownLimits, leastLimits, inSoftware])
      await expectPlan(plan, { reduce }, [someFloats(sizeOf(dims), 5)], [], tolerance, limits)
  })
})

describe.skipIf(noGpu)('products', () => {
  const [plain, aTurned, bTurned, bothTurned] = fourWays(70, 76, 50)
  const images = [
    convolution('a convolution', [3, 4, 16], [10, 10], [3, 3], 1),
    imageGradient('the gradient of an image', [2, 4, 8], 9, 3),
    filterGradient('the gradient of a filter', [3, 2, 16], 10, 3),
  ]
  it.each([plain!, aTurned!, bTurned!, bothTurned!, ...images])(
    '$name, by tiles and by what the strategy says, on a GPU and in software',
    async (each) => {
      await expectEpilogue(each, byTile(tileOf(32, 32, 8)), leastLimits, true)
      await expectEpilogue(each, matmul, leastLimits, true)
      await expectEpilogue(each, matmul, inSoftware, true)
      await expectProduct(each, matmul, true, inSoftware, true)
    },
    240_000,
  )
  it('odd sizes, with NaN and infinities', async () => {
    for (const each of fourWays(33, 7, 1101)) {
      await expectProduct(each, byTile(tileOf(64, 64, 1)), true, leastLimits, true)
      const direct = { rows: 2, columns: 4, blocks: 2, lanes: 8, alongK: true }
      await expectProduct(each, byDirect(direct), true, leastLimits, true)
    }
  }, 240_000)
  it('any product', () =>
    fc.assert(
      fc.asyncProperty(randomCase(30), (each) => expectEpilogue(each, matmul, leastLimits, true)),
      { numRuns: 10, seed: 4 },
    ))
})

describe.skipIf(noGpu)('kernels on whole buffers', () => {
  const expectWhole = async (
    kernel: WholeKernel,
    inputs: readonly Given[],
    [dtype, size]: readonly [DType, number],
    tolerance = exactly,
  ): Promise<void> => {
    const own = planOf(
      inputs.map(({ dtype, data }) => [dtype, data.length] as const),
      [[dtype, size]],
      [],
      [kernel],
    )
    const data = inputs.map((input) => input.data)
    await expectPlan(asHalves(own), { [kernel.kind]: wholeBuffers }, data, [], tolerance)
  }
  const numbers = (size: number, seed: number): Given => floats(someFloats(size, seed, true))

  it.each([3, 4, 9, 300])('gather and scatterAdd of rows of %i', async (rest) => {
    const indices = [3, 0, 0, 4, -1, 2, 5, 3, 7, 3]
    const sizes = { rows: 5, count: indices.length, rest }
    await expectWhole(
      { ...{ kind: 'gather', source: 0, indices: 1, target: 2 }, ...sizes },
      [numbers(5 * rest, 1), integers(indices)],
      ['float32', indices.length * rest],
    )
    const updates = floats(someFloats(indices.length * rest, 2))
    await expectWhole(
      { ...{ kind: 'scatterAdd', dtype: 'float32', indices: 0, updates: 1, target: 2 }, ...sizes },
      [integers(indices), updates],
      ['float32', 5 * rest],
      near,
    )
  })
  it('overlapAdd', () =>
    expectWhole(
      {
        ...{ kind: 'overlapAdd', dtype: 'float32', source: 0, target: 1, lead: 2, spatial: [9, 11] },
        ...{ size: [3, 2], stride: [2, 1], dilation: [1, 2], count: [4, 9] },
      },
      [floats(someFloats(2 * 6 * 36, 3))],
      ['float32', 2 * 99],
      near,
    ))
  it.each([13, 100, 2500])('argSort of rows of %i', (length) =>
    expectWhole(
      { kind: 'argSort', dtype: 'float32', source: 0, target: 1, rows: 3, length },
      [numbers(3 * length, 4)],
      ['int32', 3 * length],
    ),
  )
  it.each([
    [2, 9, 4],
    [37, 70, 1],
  ])('cumulativeSum of [%i, %i, %i]', (outer, length, inner) =>
    expectWhole(
      { kind: 'cumulativeSum', dtype: 'float32', source: 0, target: 1, outer, length, inner },
      [floats(someFloats(outer * length * inner, 5))],
      ['float32', outer * length * inner],
      near,
    ),
  )
  it.each([
    [
      [9, 2, 8],
      [3, 2, 8],
    ],
    [
      [9, 5, 7],
      [3, 4, 5],
    ],
  ])('dynamicSlice of %j to %j', (shape, sizes) =>
    expectWhole(
      { kind: 'dynamicSlice', source: 0, starts: 1, target: 2, shape, sizes },
      [numbers(sizeOf(shape), 1), integers([5, 3, -1])],
      ['float32', sizeOf(sizes)],
    ),
  )
})
