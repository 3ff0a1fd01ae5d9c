import { describe, it } from 'vitest'
import type { DType } from '../../../../src/array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../../../src/array/node.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { LoopKernel, Operand } from '../../../../src/engine/kernel.js'
import { type Given, planOf, someFloats, whole } from '../../kernelCases/data.js'
import { all, binaryOps, integral, make, numeric, pairs, samples, unaryOps } from '../../kernelCases/elementwise.js'
import { expectPlan, noGpu, ownLimits } from '../harness.js'

const generators = { loop }

/** Numbers below float32's normal ones are 0 on some devices. */
const isSafe = (x: number): boolean => !(x !== 0 && Math.abs(x) < 1e-38)
const of = (dtype: DType): readonly number[] =>
  dtype === 'float32' ? samples.float32!.filter(isSafe) : samples[dtype]!

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
  const transcendental = ['exp', 'log', 'log1p', 'sin', 'cos', 'tanh', 'erf'] as const
  const unary = [...unaryOps, ...transcendental.map((op) => [op, ['float32']] as const)]
  for (const [op, dtypes] of unary)
    for (const dtype of dtypes) it(`${op} of ${dtype}`, () => elementwise(op, [make[dtype]!(of(dtype))], dtype))

  const binary = [
    ...binaryOps,
    ...([
      ['pow', ['float32']],
      ['shiftLeft', integral],
      ['shiftRight', integral],
    ] as const),
  ]
  for (const [op, dtypes] of binary)
    for (const dtype of dtypes)
      it(`${op} of ${dtype}`, async () => {
        const [a, b] = pairs(of(dtype)).map(make[dtype]!) as [Given, Given]
        await elementwise(op, [a, b], op === 'less' || op === 'equal' ? 'bool' : dtype)
      })

  for (const from of all)
    for (const to of all) it(`cast from ${from} to ${to}`, () => elementwise('cast', [make[from]!(of(from))], to))

  for (const from of numeric)
    for (const to of numeric)
      it(`bitcast from ${from} to ${to}`, () => elementwise('bitcast', [make[from]!(of(from))], to))
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

describe.skipIf(noGpu)('numbers of the structure hide no NaN and no infinity', () => {
  for (const op of ['add', 'sub', 'mul', 'div', 'mod', 'maximum', 'minimum'] as const)
    for (const value of [0, -0, 1])
      it(`${op} with ${Object.is(value, -0) ? '-0' : value}`, async () => {
        const { data } = make.float32!(of('float32'))
        for (const args of [
          [0, 1],
          [1, 0],
        ]) {
          const dims = [data.length]
          const places: Operand[] = Object.is(value, -0)
            ? []
            : [{ kind: 'index', dtype: 'float32', offset: value, strides: [0] }]
          for (const number of [{ kind: 'constant', dtype: 'float32', value } as const, ...places]) {
            const kernel: LoopKernel = {
              kind: 'loop',
              dims,
              operands: [{ kind: 'load', dtype: 'float32', access: whole(0, dims) }, number],
              steps: [{ op, dtype: 'float32', args }],
              stores: [{ value: 2, access: whole(1, dims) }],
            }
            const floating = ['float32', data.length] as const
            await expectPlan(planOf([floating], [floating], [], [kernel]), generators, [data])
          }
        }
      })
})

describe.skipIf(noGpu)('a value that meets itself hides no NaN and no infinity', () => {
  const { data } = make.float32!(of('float32'))
  const dims = [data.length]
  const operands: Readonly<Record<string, Operand>> = {
    'an array': { kind: 'load', dtype: 'float32', access: whole(0, dims) },
    infinity: { kind: 'constant', dtype: 'float32', value: Infinity },
    NaN: { kind: 'constant', dtype: 'float32', value: NaN },
  }
  for (const op of ['add', 'sub', 'mul', 'div', 'mod', 'maximum', 'minimum'] as const)
    it.each(Object.entries(operands))(`${op} of %s`, async (_, operand) => {
      const floating = ['float32', data.length] as const
      const kernel: LoopKernel = {
        kind: 'loop',
        dims,
        operands: [operand, { kind: 'constant', dtype: 'bool', value: 1 }],
        // as it is, and through a select of itself
        steps: [
          { op, dtype: 'float32', args: [0, 0] },
          { op: 'select', dtype: 'float32', args: [1, 0, 0] },
          { op, dtype: 'float32', args: [0, 3] },
        ],
        stores: [
          { value: 2, access: whole(1, dims) },
          { value: 4, access: whole(2, dims) },
        ],
      }
      await expectPlan(planOf([floating], [floating, floating], [], [kernel]), generators, [data])
    })
})
