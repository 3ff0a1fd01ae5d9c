import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../../../src/array/dtype.js'
import { sizeOf } from '../../../../src/array/shape.js'
import { windowCount } from '../../../../src/array/window.js'
import { whole } from '../../../../src/backend/webgpu/kernel/whole/whole.js'
import type { WholeKernel } from '../../../../src/engine/kernel.js'
import { awkward, floats, type Given, integers, planOf, someFloats, unsigned } from '../../kernelCases/data.js'
import { dispatchesOf, exactly, expectPlan, leastLimits, noGpu, ownLimits } from '../harness.js'

const generators = {
  ...{ gather: whole, scatterAdd: whole, overlapAdd: whole },
  ...{ argSort: whole, cumulativeSum: whole, dynamicSlice: whole },
}
const plan = (kernel: WholeKernel, inputs: readonly Given[], dtype: DType, size: number) =>
  planOf(
    inputs.map(({ dtype, data }) => [dtype, data.length] as const),
    [[dtype, size]],
    [],
    [kernel],
  )
const expectSame = async (
  kernel: WholeKernel,
  inputs: readonly Given[],
  dtype: DType,
  size: number,
  limits = ownLimits,
): Promise<void> => {
  const own = plan(kernel, inputs, dtype, size)
  const data = inputs.map(({ data }) => data)
  await expectPlan(own, generators, data, [], exactly, limits)
}
const dispatchCount = (kernel: WholeKernel, inputs: readonly Given[], dtype: DType, size: number): number =>
  dispatchesOf(plan(kernel, inputs, dtype, size), generators, leastLimits).dispatches.length

/** Floats, or integers that wrap around when they are added. */
const numbers = (dtype: DType, size: number, seed: number): Given =>
  dtype === 'float32'
    ? floats(someFloats(size, seed))
    : (dtype === 'int32' ? integers : unsigned)(someFloats(size, seed).map((x) => Math.trunc(x * 1e9)))
const numeric = fc.constantFrom<DType>('float32', 'int32', 'uint32')
const few = { numRuns: 12, seed: 1 }

const gatherOf = (rows: number, count: number, rest: number): WholeKernel => ({
  ...{ kind: 'gather', source: 0, indices: 1, target: 2 },
  ...{ rows, count, rest },
})
const scatterOf = (dtype: DType, rows: number, count: number, rest: number): WholeKernel => ({
  ...{ kind: 'scatterAdd', dtype, indices: 0, updates: 1, target: 2 },
  ...{ rows, count, rest },
})
/** Most of them inside of the table. */
const indicesOf = (count: number, rows: number, seed: number): number[] =>
  Array.from(someFloats(count, seed), (x) => Math.floor(((x + 2) / 4) * 1.1 * rows))

describe.skipIf(noGpu)('gather and scatterAdd', () => {
  const indices = [3, 0, 0, 4, -1, 2, 5, 3, 7, 3, -2147483648, 2147483647]
  for (const rest of [1, 2, 4, 9, 300, 1028])
    it(`rows of ${rest}`, async () => {
      const count = indices.length
      await expectSame(
        gatherOf(5, count, rest),
        [numbers('float32', 5 * rest, 1), integers(indices)],
        'float32',
        count * rest,
      )
      await expectSame(
        scatterOf('float32', 5, count, rest),
        [integers(indices), numbers('float32', count * rest, 2)],
        'float32',
        5 * rest,
      )
    })
  it('indices that are uint32', async () => {
    const at = unsigned([1, 4294967295, 0, 2])
    await expectSame(gatherOf(2, 4, 3), [numbers('int32', 6, 1), at], 'int32', 12)
    await expectSame(scatterOf('int32', 2, 4, 3), [at, numbers('int32', 12, 1)], 'int32', 6)
  })
  it('tables that are bool', async () => {
    const table: Given = { dtype: 'bool', data: Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1) }
    await expectSame(gatherOf(2, 3, 4), [table, integers([1, 0, 2])], 'bool', 12)
  })
  it('nothing', async () => {
    await expectSame(gatherOf(5, 0, 3), [numbers('float32', 15, 1), integers([])], 'float32', 0)
    await expectSame(gatherOf(0, 2, 3), [floats([]), integers([0, 1])], 'float32', 6)
    await expectSame(scatterOf('float32', 2, 0, 3), [integers([]), floats([])], 'float32', 6)
    await expectSame(scatterOf('float32', 0, 2, 3), [integers([0, 1]), floats([1, 2, 3, 4, 5, 6])], 'float32', 0)
  })
  it('random shapes', async () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 12 }),
    )
    await fc.assert(
      fc.asyncProperty(shape, numeric, async ([rows, count, rest], dtype) => {
        const at = integers(indicesOf(count, rows, rest))
        await expectSame(gatherOf(rows, count, rest), [numbers(dtype, rows * rest, 1), at], dtype, count * rest)
        await expectSame(scatterOf(dtype, rows, count, rest), [at, numbers(dtype, count * rest, 2)], dtype, rows * rest)
      }),
      few,
    )
  })
  it('the gradient of an embedding is one dispatch', async () => {
    const [rows, count, rest] = [10_000, 4096, 64]
    const kernel = scatterOf('float32', rows, count, rest)
    const given = [integers(indicesOf(count, rows, 1)), numbers('float32', count * rest, 2)]
    expect(dispatchCount(kernel, given, 'float32', rows * rest)).toBe(1)
    await expectSame(kernel, given, 'float32', rows * rest)
  })
  for (const rest of [1, 4])
    it(`sorts where rows times indices are very many, rows of ${rest}`, async () => {
      const [rows, count] = [240_000, 20_000]
      const kernel = scatterOf('float32', rows, count, rest)
      const clustered = indicesOf(count, rows, 1).map((row, i) => (i % 3 === 0 ? 77 : i % 50 === 0 ? -row : row))
      const given = [integers(clustered), numbers('float32', count * rest, 2)]
      expect(dispatchCount(kernel, given, 'float32', rows * rest)).toBeGreaterThan(2)
      await expectSame(kernel, given, 'float32', rows * rest)
    })
})

const overlapOf = (
  dtype: DType,
  lead: number,
  spatial: readonly number[],
  size: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): { readonly kernel: WholeKernel; readonly sourceSize: number; readonly targetSize: number } => {
  const count = spatial.map((length, d) => windowCount(length, size[d]!, stride[d]!, dilation[d]!))
  return {
    kernel: { kind: 'overlapAdd', dtype, source: 0, target: 1, lead, spatial, size, stride, dilation, count },
    sourceSize: lead * sizeOf(size) * sizeOf(count),
    targetSize: lead * sizeOf(spatial),
  }
}

describe.skipIf(noGpu)('overlapAdd', () => {
  const axis = fc
    .tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat({ max: 12 }),
    )
    .map(([size, stride, dilation, more]) => ({ size, stride, dilation, length: dilation * (size - 1) + 1 + more }))
  it('random windows', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        numeric,
        async (axes, lead, dtype) => {
          const { kernel, sourceSize, targetSize } = overlapOf(
            dtype,
            lead,
            axes.map(({ length }) => length),
            axes.map(({ size }) => size),
            axes.map(({ stride }) => stride),
            axes.map(({ dilation }) => dilation),
          )
          await expectSame(kernel, [numbers(dtype, sourceSize, 3)], dtype, targetSize)
        },
      ),
      { numRuns: 30, seed: 1 },
    ))
  it('nothing', async () => {
    const { kernel } = overlapOf('float32', 0, [5], [2], [1], [1])
    await expectSame(kernel, [floats([])], 'float32', 0)
  })
})

const sortOf = (dtype: DType, rows: number, length: number): WholeKernel => ({
  ...{ kind: 'argSort', dtype, source: 0, target: 1 },
  ...{ rows, length },
})

describe.skipIf(noGpu)('argSort', () => {
  for (const [length, dispatches] of [
    [1, 1],
    [2, 1],
    [13, 1],
    [32, 1],
    [33, 1],
    [100, 1],
    [1024, 1],
    [1025, 2],
    [2500, 3],
    [9000, 5],
  ] as const)
    it(`rows of ${length} in ${dispatches} dispatches`, async () => {
      const samples = [
        floats(someFloats(3 * length, 4, true).map((x) => (Math.abs(x) < 1e-37 ? x * 0 : x))),
        floats(someFloats(3 * length, 4).map((x) => Math.round(x))),
        integers(someFloats(3 * length, 5).map((x) => Math.round(x * 3) * 1e8)),
        unsigned(someFloats(3 * length, 6).map((x) => Math.round((x + 2) * 8) * 1e8)),
      ]
      for (const source of samples) {
        const kernel = sortOf(source.dtype, 3, length)
        expect(dispatchCount(kernel, [source], 'int32', 3 * length)).toBe(dispatches)
        await expectSame(kernel, [source], 'int32', 3 * length)
      }
    })
  for (const times of [1, 4])
    it(`keeps the order of equal ones, and NaN last, ${times}`, async () => {
      const one = [...awkward, -0, 0, Number.NaN, ...awkward].filter((x) => x === 0 || !(Math.abs(x) < 1e-37))
      const source = floats(Array.from({ length: times }, () => one).flat())
      await expectSame(sortOf('float32', 1, source.data.length), [source], 'int32', source.data.length)
    })
  it('nothing', () => expectSame(sortOf('float32', 0, 4), [floats([])], 'int32', 0))
})

describe.skipIf(noGpu)('cumulativeSum', () => {
  for (const [outer, length, inner] of [
    [1, 1, 1],
    [3, 7, 1],
    [2, 5, 3],
    [2, 9, 4],
    [1, 300, 10],
    [1, 5000, 1],
    [37, 70, 1],
    [5, 1000, 1],
    [3, 0, 2],
  ] as const)
    it(`[${outer}, ${length}, ${inner}]`, async () => {
      const size = outer * length * inner
      const data = someFloats(size, 5, size < 300).map((x) => (Math.abs(x) < 1e-30 ? -0 : x))
      for (const source of [floats(data), numbers('int32', size, 6)])
        await expectSame(
          {
            ...{ kind: 'cumulativeSum', dtype: source.dtype, source: 0, target: 1 },
            ...{ outer, length, inner },
          },
          [source],
          source.dtype,
          size,
        )
    })
})

describe.skipIf(noGpu)('dynamicSlice', () => {
  const axis = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 8 }), fc.integer({ min: -3, max: 12 }))
    .map(([length, less, start]) => ({ length, size: Math.max(0, length - less), start }))
  it('random windows', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(axis, { maxLength: 4 }),
        fc.constantFrom<DType>('float32', 'int32', 'uint32', 'bool'),
        async (axes, dtype) => {
          const [shape, sizes] = [axes.map(({ length }) => length), axes.map(({ size }) => size)]
          const source: Given =
            dtype === 'bool'
              ? { dtype, data: Uint8Array.from(someFloats(sizeOf(shape), 7), (x) => Number(x > 0)) }
              : numbers(dtype, sizeOf(shape), 7)
          const kernel: WholeKernel = { kind: 'dynamicSlice', source: 0, starts: 1, target: 2, shape, sizes }
          await expectSame(kernel, [source, integers(axes.map(({ start }) => start))], dtype, sizeOf(sizes))
        },
      ),
      { numRuns: 40, seed: 1 },
    ))
  it('whole rows, in fours', () =>
    expectSame(
      { kind: 'dynamicSlice', source: 0, starts: 1, target: 2, shape: [9, 2, 8], sizes: [3, 2, 8] },
      [numbers('float32', 144, 1), integers([5, 3, -1])],
      'float32',
      48,
    ))
})

describe.skipIf(noGpu)('where few workgroups fit in one direction', () => {
  const limits = { ...leastLimits, workgroups: 6 }
  it('gather', () =>
    expectSame(
      gatherOf(50, 300, 5),
      [numbers('int32', 250, 1), integers(indicesOf(300, 50, 1))],
      'int32',
      1500,
      limits,
    ))
  it('scatterAdd', () =>
    expectSame(
      scatterOf('int32', 80, 90, 67),
      [integers(indicesOf(90, 80, 1)), numbers('int32', 90 * 67, 1)],
      'int32',
      80 * 67,
      limits,
    ))
  it('argSort', () => expectSame(sortOf('int32', 20, 50), [numbers('int32', 1000, 1)], 'int32', 1000, limits))
  it('cumulativeSum', () =>
    expectSame(
      { kind: 'cumulativeSum', dtype: 'int32', source: 0, target: 1, outer: 200, length: 70, inner: 1 },
      [numbers('int32', 14_000, 1)],
      'int32',
      14_000,
      limits,
    ))
})
