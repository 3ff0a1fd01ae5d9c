import { describe, expect, it } from 'vitest'
import type { DType } from '../../../src/array/dtype.js'
import { sizeOf } from '../../../src/array/shape.js'
import { windowCount } from '../../../src/array/window.js'
import { argSort, cumulativeSum, gather, scatterAdd } from '../../../src/backend/reference/indexing.js'
import { dynamicSlice } from '../../../src/backend/reference/move.js'
import { overlapAdd } from '../../../src/backend/reference/window.js'
import type { WholeKernel } from '../../../src/engine/kernel.js'
import { awkward, floats, type Given, integers, runKernels, sameBits, someFloats, unsigned } from './support.js'

const view = ({ dtype, data }: Given, shape: readonly number[]) => ({ dtype, data, shape })
const run = (kernel: WholeKernel, inputs: readonly Given[], dtype: DType, size: number) =>
  runKernels([kernel], inputs, [[dtype, size]])[0]!

describe('gather and scatterAdd', () => {
  const indices = [3, 0, 0, 4, -1, 2, 5, 3, 7, 3]
  for (const rest of [1, 2, 3, 4, 9, 300])
    it(`rows of ${rest}`, () => {
      const table = floats(someFloats(5 * rest, 1))
      const at = integers(indices)
      const count = indices.length
      const kernel: WholeKernel = { kind: 'gather', source: 0, indices: 1, target: 2, rows: 5, count, rest }
      const wanted = gather(view(table, [5, rest]), view(at, [count]), [count, rest])
      expect(run(kernel, [table, at], 'float32', count * rest)).toEqual(wanted)

      for (const updates of [
        floats(someFloats(count * rest, 2)),
        integers(someFloats(count * rest, 2).map((x) => x * 9)),
      ]) {
        const { dtype } = updates
        const scatter: WholeKernel = {
          ...{ kind: 'scatterAdd', dtype, indices: 0, updates: 1, target: 2 },
          ...{ rows: 5, count, rest },
        }
        const sums = scatterAdd(view(at, [count]), view(updates, [count, rest]), [5, rest])
        expect(run(scatter, [at, updates], dtype, 5 * rest)).toEqual(sums)
      }
    })

  it('nothing', () => {
    const none: WholeKernel = { kind: 'gather', source: 0, indices: 1, target: 2, rows: 5, count: 0, rest: 3 }
    expect(run(none, [floats(someFloats(15, 1)), integers([])], 'float32', 0).length).toBe(0)
    const scatter: WholeKernel = {
      ...{ kind: 'scatterAdd', dtype: 'float32', indices: 0, updates: 1, target: 2 },
      ...{ rows: 2, count: 0, rest: 3 },
    }
    expect(run(scatter, [integers([]), floats([])], 'float32', 6)).toEqual(new Float32Array(6))
  })
})

describe('overlapAdd', () => {
  const cases = [
    { spatial: [9], size: [3], stride: [1], dilation: [1] },
    { spatial: [12], size: [3], stride: [2], dilation: [1] },
    { spatial: [21], size: [4], stride: [2], dilation: [3] },
    { spatial: [17], size: [2], stride: [3], dilation: [2] },
    { spatial: [6, 7], size: [3, 3], stride: [1, 1], dilation: [1, 1] },
    { spatial: [11, 13], size: [3, 3], stride: [2, 2], dilation: [1, 1] },
    { spatial: [8, 30], size: [2, 5], stride: [3, 1], dilation: [2, 2] },
    { spatial: [4, 5, 6], size: [2, 3, 2], stride: [1, 2, 2], dilation: [2, 1, 1] },
    { spatial: [3], size: [1], stride: [5], dilation: [1] },
  ]
  for (const { spatial, size, stride, dilation } of cases)
    it(`${spatial} from windows ${size}, stride ${stride}, dilation ${dilation}`, () => {
      const count = spatial.map((length, d) => windowCount(length, size[d]!, stride[d]!, dilation[d]!))
      const shape = [3, ...size, ...count]
      for (const source of [
        floats(someFloats(sizeOf(shape), 3)),
        integers(someFloats(sizeOf(shape), 3).map((x) => x * 99)),
      ]) {
        const { dtype } = source
        const kernel: WholeKernel = {
          ...{ kind: 'overlapAdd', dtype, source: 0, target: 1, lead: 3 },
          ...{ spatial, size, stride, dilation, count },
        }
        const target = [3, ...spatial]
        const wanted = overlapAdd(view(source, shape), [...size, ...stride, ...dilation], target)
        expect(run(kernel, [source], dtype, sizeOf(target))).toEqual(wanted)
      }
    })
})

describe('argSort', () => {
  for (const length of [1, 2, 3, 8, 13, 100, 1001])
    it(`rows of ${length}`, () => {
      const samples = [
        floats(someFloats(3 * length, 4, true)),
        floats(someFloats(3 * length, 4).map((x) => Math.round(x))),
        integers(someFloats(3 * length, 5).map((x) => Math.round(x * 3) * 1e8)),
        unsigned(someFloats(3 * length, 6).map((x) => Math.round((x + 2) * 8) * 1e8)),
      ]
      for (const source of samples) {
        const kernel: WholeKernel = { kind: 'argSort', dtype: source.dtype, source: 0, target: 1, rows: 3, length }
        expect(run(kernel, [source], 'int32', 3 * length)).toEqual(argSort(view(source, [3, length])))
      }
    })
  it('keeps the order of equal ones, and NaN last', () => {
    const source = floats([...awkward, -0, 0, Number.NaN, ...awkward])
    const { length } = source.data
    const kernel: WholeKernel = { kind: 'argSort', dtype: 'float32', source: 0, target: 1, rows: 1, length }
    expect(run(kernel, [source], 'int32', length)).toEqual(argSort(view(source, [length])))
  })
})

describe('cumulativeSum', () => {
  for (const [outer, length, inner] of [
    [1, 1, 1],
    [3, 7, 1],
    [2, 5, 3],
    [2, 9, 4],
    [1, 300, 10],
  ] as const)
    it(`[${outer}, ${length}, ${inner}]`, () => {
      const size = outer * length * inner
      const data = someFloats(size, 5, true)
      for (const source of [floats(data), integers(someFloats(size, 6).map((x) => x * 1e9))]) {
        const kernel: WholeKernel = {
          ...{ kind: 'cumulativeSum', dtype: source.dtype, source: 0, target: 1 },
          ...{ outer, length, inner },
        }
        const wanted = cumulativeSum(view(source, [outer, length, inner]), 1)
        expect(sameBits(run(kernel, [source], source.dtype, size), wanted)).toBe(true)
      }
    })
})

describe('dynamicSlice', () => {
  for (const [shape, sizes, starts] of [
    [[10], [4], [3]],
    [[10], [4], [9]],
    [[10], [4], [-5]],
    [
      [5, 7],
      [2, 3],
      [1, 6],
    ],
    [
      [5, 7],
      [5, 7],
      [2, 2],
    ],
    [
      [3, 4, 9],
      [2, 3, 6],
      [1, -1, 2],
    ],
    [
      [3, 4, 5, 6],
      [1, 4, 2, 6],
      [2, 0, 7, 0],
    ],
  ] as const)
    it(`${sizes} of ${shape} at ${starts}`, () => {
      const source = floats(someFloats(sizeOf(shape), 7))
      const at = integers(starts)
      const kernel: WholeKernel = { kind: 'dynamicSlice', source: 0, starts: 1, target: 2, shape, sizes }
      const wanted = dynamicSlice(view(source, shape), view(at, [shape.length]), sizes)
      expect(run(kernel, [source, at], 'float32', sizeOf(sizes))).toEqual(wanted)
    })
})
