import { describe, it } from 'vitest'
import type { DType } from '../../../../src/array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../../../src/array/node.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { LoopKernel } from '../../../../src/engine/kernel.js'
import { awkward, bools, floats, type Given, integers, planOf, someFloats, unsigned, whole } from '../../cpu/support.js'
import { expectPlan, noGpu, ownLimits } from '../harness.js'

const generators = { loop }

const pairs = (values: readonly number[]): readonly [number[], number[]] => [
  values.flatMap((a) => values.map(() => a)),
  values.flatMap(() => values),
]
const make: Readonly<Record<string, (values: ArrayLike<number>) => Given>> = {
  float32: floats,
  int32: integers,
  uint32: unsigned,
  bool: bools,
}
const samples: Readonly<Record<string, readonly number[]>> = {
  float32: [
    ...awkward.filter((x) => !(x !== 0 && Math.abs(x) < 1e-38)),
    7.3,
    -7.3,
    2,
    -3,
    1e10,
    -1e10,
    2147483648,
    -2147483904,
    4294967296,
  ],
  int32: [0, 1, -1, 7, -7, 3, -3, 2147483647, -2147483648, 65537, 33, 5],
  uint32: [0, 1, 7, 3, 2147483648, 4294967295, 65537, 33],
  bool: [0, 1, 1, 0],
}

/** Once with a lane an element, and once in fours: an odd number of elements cannot be. */
const elementwise = async (op: UnaryOp | BinaryOp, inputs: readonly Given[], dtype: DType): Promise<void> => {
  const size = inputs[0]!.data.length
  for (const count of [size - (size % 4), size - 1 + (size % 2)]) {
    const kernel: LoopKernel = {
      kind: 'loop',
      dims: [count],
      operands: inputs.map((input, i) => ({ kind: 'load', dtype: input.dtype, access: whole(i, [count]) })),
      steps: [{ op, dtype, args: inputs.map((_, i) => i) }],
      stores: [{ value: inputs.length, access: whole(inputs.length, [count]) }],
    }
    const sizes = inputs.map((input) => [input.dtype, size] as const)
    await expectPlan(
      planOf(sizes, [[dtype, count]], [], [kernel]),
      generators,
      inputs.map(({ data }) => data),
    )
  }
}

describe.skipIf(noGpu)('every operation has the values of the reference', () => {
  const floating = ['exp', 'log', 'log1p', 'sin', 'cos', 'tanh', 'erf', 'sqrt', 'floor'] as const
  const unaryOps: readonly (readonly [UnaryOp, readonly DType[]])[] = [
    ['neg', ['float32', 'int32', 'uint32']],
    ['abs', ['float32', 'int32', 'uint32']],
    ['sign', ['float32', 'int32', 'uint32']],
    ...floating.map((op) => [op, ['float32']] as const),
  ]
  for (const [op, dtypes] of unaryOps)
    for (const dtype of dtypes) it(`${op} of ${dtype}`, () => elementwise(op, [make[dtype]!(samples[dtype]!)], dtype))

  const numeric: readonly DType[] = ['float32', 'int32', 'uint32']
  const all: readonly DType[] = [...numeric, 'bool']
  const integral: readonly DType[] = ['int32', 'uint32']
  const binaryOps: readonly (readonly [BinaryOp, readonly DType[]])[] = [
    ['add', numeric],
    ['sub', numeric],
    ['mul', numeric],
    ['div', numeric],
    ['mod', numeric],
    ['pow', ['float32']],
    ['maximum', numeric],
    ['minimum', numeric],
    ['less', all],
    ['equal', all],
    ['and', [...integral, 'bool']],
    ['or', [...integral, 'bool']],
    ['xor', [...integral, 'bool']],
    ['shiftLeft', integral],
    ['shiftRight', integral],
  ]
  for (const [op, dtypes] of binaryOps)
    for (const dtype of dtypes)
      it(`${op} of ${dtype}`, async () => {
        const [a, b] = pairs(samples[dtype]!).map(make[dtype]!) as [Given, Given]
        await elementwise(op, [a, b], op === 'less' || op === 'equal' ? 'bool' : dtype)
      })

  for (const from of all)
    for (const to of all) it(`cast from ${from} to ${to}`, () => elementwise('cast', [make[from]!(samples[from]!)], to))

  for (const from of numeric)
    for (const to of numeric)
      it(`bitcast from ${from} to ${to}`, () => elementwise('bitcast', [make[from]!(samples[from]!)], to))
})

describe.skipIf(noGpu)('more workgroups than fit in x', () => {
  for (const count of [1001, 4000])
    it(`${count} elements`, async () => {
      const kernel: LoopKernel = {
        kind: 'loop',
        dims: [count],
        operands: [{ kind: 'load', dtype: 'float32', access: whole(0, [count]) }],
        steps: [{ op: 'neg', dtype: 'float32', args: [0] }],
        stores: [{ value: 1, access: whole(1, [count]) }],
      }
      const plan = planOf([['float32', count]], [['float32', count]], [], [kernel])
      await expectPlan(plan, generators, [someFloats(count, 1)], [], undefined, { ...ownLimits, workgroups: 5 })
    })
})
