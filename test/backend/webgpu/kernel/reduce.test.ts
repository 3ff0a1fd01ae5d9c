import { describe, expect, it } from 'vitest'
import type { DType, HostArray } from '../../../../src/array/dtype.js'
import type { ReduceOp } from '../../../../src/array/node.js'
import { sizeOf, stridesOf } from '../../../../src/array/shape.js'
import { type Limits, noSubgroups } from '../../../../src/backend/webgpu/dispatch.js'
import { reduce } from '../../../../src/backend/webgpu/kernel/reduce.js'
import type { Operand, ReduceKernel } from '../../../../src/engine/kernel.js'
import { toWords } from '../../../engine/interpreter.js'
import { noise, planOf, someFloats, whole } from '../../kernelCases/data.js'
import { columns, contiguous, type ReductionCase, reductions } from '../../kernelCases/reduce.js'
import { dispatchesOf, expectPlan, leastLimits, noGpu, ownLimits, runPlan } from '../harness.js'

const inSoftware: Limits = { ...leastLimits, software: true }

const cases: readonly ReductionCase[] = [
  ...reductions,
  contiguous('elements for several workgroups', [], [], [200000]),
  contiguous('elements for several workgroups, an odd number', [3], [], [70001]),
  contiguous('many short rows', [2000], [], [8]),
  columns('columns for several workgroups', [2], [100001]),
  columns('hundreds of columns', [700], [300]),
  columns('very many columns', [70000], [9]),
  { name: 'many overlapping windows', kept: [40, 36, 37], outer: [], row: [3, 3], strides: [1500, 39, 1, 39, 1] },
]

const kernelOf = ({ kept, outer, row, strides }: ReductionCase, op: ReduceOp, dtype: DType): ReduceKernel => {
  const dims = [...kept, ...outer, ...row]
  const offset = -dims.reduce((n, size, d) => n + Math.min(0, (size - 1) * strides[d]!), 0)
  return {
    kind: 'reduce',
    op,
    dims,
    kept: kept.length,
    outer: outer.length,
    operands: [{ kind: 'load', dtype, access: { buffer: 0, offset, strides } }],
    steps: [],
    stores: [],
    value: 0,
    epilogue: {
      operands: [{ kind: 'result', dtype: op === 'argMax' ? 'int32' : dtype }],
      steps: [],
      stores: [{ value: 0, access: whole(1, kept) }],
    },
  }
}
const extentOf = ({ kept, outer, row, strides }: ReductionCase): number =>
  1 + [...kept, ...outer, ...row].reduce((n, size, d) => n + Math.abs((size - 1) * strides[d]!), 0)

const check = (
  each: ReductionCase,
  op: ReduceOp,
  data: HostArray,
  dtype: DType,
  limits: Limits = ownLimits,
  absolute = 2 ** -18,
): Promise<void> => {
  const out = op === 'argMax' ? 'int32' : dtype
  const plan = planOf([[dtype, data.length]], [[out, sizeOf(each.kept)]], [], [kernelOf(each, op, dtype)])
  return expectPlan(plan, { reduce }, [data], [], { absolute, relative: 2 ** -18 }, limits)
}

/** Sums of terms up to 2 of both signs: the error grows with their sizes, not with the sum's. */
const room = ({ outer, row }: ReductionCase): number => 2 ** -20 * Math.sqrt(sizeOf([...outer, ...row]))

describe.skipIf(noGpu).each(cases)('$name', (each) => {
  const { kept, outer, row } = each
  const count = sizeOf(kept)
  const dims = [...kept, ...outer, ...row]
  const size = extentOf(each)

  it('sums, with a large device, with a small one, and in software', async () => {
    for (const limits of [ownLimits, leastLimits, inSoftware])
      await check(each, 'sum', someFloats(size, 5), 'float32', limits, room(each))
  })
  it('max with NaN, infinities and zeros of both signs', () => check(each, 'max', someFloats(size, 6, true), 'float32'))
  it('integers', () =>
    check(
      each,
      'sum',
      Int32Array.from(someFloats(size, 7), (x) => x * 2 ** 30),
      'int32',
    ))
  it('argMax', async () => {
    const next = noise(9)
    await check(
      each,
      'argMax',
      Float32Array.from({ length: size }, () => Math.round(next() * 6 - 3)),
      'float32',
    )
    await check(each, 'argMax', someFloats(size, 8, true), 'float32')
  })

  it('a body that is stored too, and an epilogue', async () => {
    const load = (buffer: number, strides: readonly number[]): Operand => ({
      kind: 'load',
      dtype: 'float32',
      access: { buffer, offset: 0, strides },
    })
    const base = kernelOf(each, 'sum', 'float32')
    const kernel: ReduceKernel = {
      ...base,
      steps: [{ op: 'mul', dtype: 'float32', args: [0, 0] }],
      stores: [{ value: 1, access: whole(3, dims) }],
      value: 1,
      epilogue: {
        operands: [{ kind: 'result', dtype: 'float32' }, load(1, stridesOf(kept))],
        steps: [{ op: 'sub', dtype: 'float32', args: [0, 1] }],
        stores: [{ value: 2, access: whole(2, kept) }],
      },
    }
    const inputs = [
      ['float32', size],
      ['float32', count],
    ] as const
    const outputs = [
      ['float32', count],
      ['float32', sizeOf(dims)],
    ] as const
    await expectPlan(
      planOf(inputs, outputs, [], [kernel]),
      { reduce },
      [someFloats(size, 9), someFloats(count, 4)],
      [],
      { absolute: room(each), relative: 2 ** -18 },
    )
  })
})

describe.skipIf(noGpu)('nothing to reduce', () => {
  it('gives the identity', async () => {
    for (const op of ['sum', 'prod'] as const)
      for (const dtype of ['float32', 'int32'] as const)
        await check(
          contiguous('', [3], [], [0]),
          op,
          dtype === 'int32' ? new Int32Array(1) : new Float32Array(1),
          dtype,
        )
  })
})

describe
  .skipIf(noGpu)
  .each([
    contiguous('a row', [2], [], [259]),
    contiguous('a row in fours', [3], [], [64]),
    columns('columns', [9], [70]),
    contiguous('several workgroups', [], [], [70000]),
    contiguous('single invocations', [3], [2], [3]),
  ])('every reduction of $name', (each) => {
  const size = extentOf(each)
  const words = Uint32Array.from(someFloats(size, 7), (x) => x * 2 ** 30)
  it('of floats', async () => {
    const data = someFloats(size, 6, true)
    for (const op of ['max', 'min', 'argMax'] as const) {
      await check(each, op, data, 'float32')
      await check(each, op, someFloats(size, 8), 'float32')
    }
    const units = data.map((x) => (Number.isFinite(x) ? (x < 0 ? -1 : 1) : x))
    await check(each, 'prod', units, 'float32')
    await check(each, 'prod', someFloats(size, 3).map(Math.sign), 'float32')
  })
  it('of integers', async () => {
    for (const op of ['sum', 'prod', 'max', 'min', 'argMax'] as const) {
      await check(each, op, words, 'uint32')
      await check(each, op, new Int32Array(words.buffer), 'int32')
      await check(each, op, new Uint32Array(size), 'uint32')
    }
  })
})

it.skipIf(noGpu)('more workgroups than fit in x', async () => {
  for (const each of [contiguous('', [700], [], [40]), columns('', [700], [9])])
    await check(each, 'sum', someFloats(extentOf(each), 5), 'float32', { ...ownLimits, workgroups: 5 }, room(each))
})

/** Whether invocations can join within subgroups here. */
const { least, most } = ownLimits.subgroups

describe.skipIf(noGpu || most === 1)('subgroups', () => {
  const joined = [
    contiguous('rows within a subgroup', [2000], [], [10]),
    contiguous('rows of one subgroup', [70], [], [16]),
    contiguous('rows of many subgroups', [5], [], [3001]),
    contiguous('several workgroups', [3], [], [70001]),
    columns('columns', [9], [70]),
    columns('many columns', [700], [300]),
  ]
  it.each(joined)('join $name in the same order as workgroup memory', async (each) => {
    const size = extentOf(each)
    for (const op of ['sum', 'prod', 'max', 'argMax'] as const) {
      const out = op === 'argMax' ? 'int32' : 'float32'
      const plan = planOf([['float32', size]], [[out, sizeOf(each.kept)]], [], [kernelOf(each, op, 'float32')])
      const data = toWords(someFloats(size, 11, op === 'max').map((x) => (op === 'prod' ? 1 + x / 64 : x)))
      const [alone] = await runPlan(plan, { reduce }, [data], [], { ...ownLimits, subgroups: noSubgroups })
      for (let size = 2; size <= least; size *= 2) {
        const limits = { ...ownLimits, subgroups: { least: size, most } }
        expect(await runPlan(plan, { reduce }, [data], [], limits)).toEqual([alone])
      }
    }
  })
  it('need no workgroup memory where a place lies within one', () => {
    const sourceOf = (limits: Limits): string => {
      const each = contiguous('', [2000], [], [10])
      const plan = planOf([['float32', 20000]], [['float32', 2000]], [], [kernelOf(each, 'sum', 'float32')])
      return dispatchesOf(plan, { reduce }, limits).dispatches[0]!.source
    }
    expect(sourceOf(ownLimits)).toMatch(/subgroupShuffleDown/)
    expect(sourceOf(ownLimits)).not.toMatch(/var<workgroup>|workgroupBarrier/)
    expect(sourceOf({ ...ownLimits, subgroups: noSubgroups })).not.toMatch(/subgroup/)
  })
  it('that a workgroup does not fill are left alone', async () => {
    const each = contiguous('', [40], [], [100])
    const limits = { ...ownLimits, subgroups: { least, most: 1024 } }
    await check(each, 'sum', someFloats(extentOf(each), 5), 'float32', limits, room(each))
  })
})
