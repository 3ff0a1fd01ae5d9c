/** Random plans of loops and reductions, for fast-check: everything that their accesses and bodies may be. */
import fc from 'fast-check'
import type { DType } from '../../../../src/array/dtype.js'
import { isFloat, isInteger } from '../../../../src/array/dtype.js'
import type { ElementwiseOp } from '../../../../src/array/node.js'
import { sizeOf, stridesOf } from '../../../../src/array/shape.js'
import type { Access, Body, Kernel, KernelPlan, Operand, Step } from '../../../../src/engine/kernel.js'
import { noise, planOf } from '../../kernelCases/data.js'

type Pick = <A>(from: readonly A[]) => A

const dtypes: readonly DType[] = ['float32', 'float32', 'int32', 'uint32', 'bool']

/** Places of dims, each at an address of its own or shared by some: permuted, flipped, broadcast, with gaps. */
const accessOf = (
  pick: Pick,
  buffer: number,
  dims: readonly number[],
  isStore: boolean,
): { access: Access; size: number } => {
  const order = dims.map((_, d) => d).sort(() => pick([-1, 1]))
  const inOrder = pick([true, true, false]) ? dims.map((_, d) => d) : order
  const strides = dims.map(() => 0)
  const shift = pick([0, 0, 3, 4])
  let size = 1
  let offset = shift
  for (const d of [...inOrder].reverse()) {
    if (!isStore && pick([false, false, false, true])) continue
    const stride = size
    size *= dims[d]!
    if (pick([false, false, false, true])) size += pick([1, 4])
    if (pick([false, false, false, true])) {
      strides[d] = -stride
      offset += (dims[d]! - 1) * stride
    } else strides[d] = stride
  }
  return { access: { buffer, offset, strides }, size: size + shift + pick([0, 0, 1, 4]) }
}

interface Value {
  readonly dtype: DType
  readonly v: number
}

/** Operations whose float results have the reference's bits wherever arithmetic is rounded as IEEE 754 says. */
const stepOf = (pick: Pick, values: readonly Value[]): Step => {
  const a = pick(values)
  const alike = values.filter(({ dtype }) => dtype === a.dtype)
  const b = pick(alike)
  const step = (op: ElementwiseOp, dtype: DType, ...args: readonly Value[]): Step => ({
    op,
    dtype,
    args: args.map(({ v }) => v),
  })
  const conditions = values.filter(({ dtype }) => dtype === 'bool')
  const choices: Step[] = [
    step(pick(['less', 'equal'] as const), 'bool', a, b),
    step('cast', pick(['float32', 'int32', 'uint32', 'bool'] as const), a),
  ]
  if (conditions.length > 0) choices.push(step('select', a.dtype, pick(conditions), a, b))
  if (a.dtype !== 'bool') {
    choices.push(step(pick(['maximum', 'minimum', 'add', 'sub', 'mul', 'mod', 'div'] as const), a.dtype, a, b))
    choices.push(step(pick(['neg', 'abs', 'sign'] as const), a.dtype, a))
  }
  if (isFloat(a.dtype)) choices.push(step('floor', a.dtype, a))
  else choices.push(step(pick(['and', 'or', 'xor'] as const), a.dtype, a, b))
  if (isInteger(a.dtype)) choices.push(step(pick(['shiftLeft', 'shiftRight'] as const), a.dtype, a, b))
  return pick(choices)
}

/** Buffers as they are made up: numbered inputs, outputs, temporaries in the end. */
interface Buffers {
  readonly inputs: [DType, number][]
  readonly outputs: [DType, number][]
}
/** Outputs are numbered from here until their number is known. */
const firstOutput = 1000

const bodyOf = (
  pick: Pick,
  dims: readonly number[],
  buffers: Buffers,
  start: readonly Operand[],
  stores: number,
): Body => {
  const operands: Operand[] = [...start]
  const loads = pick([1, 2, 3])
  for (let i = 0; i < loads; i++) {
    const dtype = pick(dtypes)
    const { access, size } = accessOf(pick, buffers.inputs.length, dims, false)
    buffers.inputs.push([dtype, size])
    operands.push({ kind: 'load', dtype, access })
  }
  if (pick([true, false]))
    operands.push({ kind: 'scalar', dtype: pick(['float32', 'int32'] as const), index: pick([0, 1, 2]) })
  if (pick([true, false]))
    operands.push({
      kind: 'constant',
      dtype: 'float32',
      value: pick([0, -0, 1, -2.5, Infinity, -Infinity, Number.NaN]),
    })
  if (pick([true, false]))
    operands.push({
      kind: 'index',
      dtype: pick(['float32', 'int32', 'uint32'] as const),
      offset: 3,
      strides: stridesOf(dims),
    })
  const steps: Step[] = []
  const values: Value[] = operands.map(({ dtype }, v) => ({ dtype, v }))
  const count = pick([0, 1, 3, 6])
  for (let i = 0; i < count; i++) {
    const step = stepOf(pick, values)
    steps.push(step)
    values.push({ dtype: step.dtype, v: values.length })
  }
  const list = Array.from({ length: stores }, () => {
    const { dtype, v } = pick([...values.slice(-2), pick(values)])
    const { access, size } = accessOf(pick, firstOutput + buffers.outputs.length, dims, true)
    buffers.outputs.push([dtype, size])
    return { value: v, access }
  })
  return { operands, steps, stores: list }
}

const dimsOf = (pick: Pick, most: number): number[] =>
  Array.from({ length: pick([...Array(most + 1).keys()]) }, () => pick([1, 2, 3, 4, 5, 8, 12, 33]))

const fill = (dtype: DType, size: number): Kernel => ({
  kind: 'loop',
  dims: [size],
  operands: [{ kind: 'constant', dtype, value: 1 }],
  steps: [],
  stores: [],
})

export interface Sample {
  readonly plan: KernelPlan
  readonly scalars: readonly number[]
  readonly seed: number
}

/** A kernel over random inputs; outputs are filled first, for a kernel may leave gaps. */
const sampleOf = (pick: Pick, seed: number, make: (pick: Pick, buffers: Buffers) => Kernel): Sample => {
  const buffers: Buffers = { inputs: [], outputs: [] }
  const kernel = make(pick, buffers)
  const fills = buffers.outputs.map(
    ([dtype, size], i): Kernel => ({
      ...(fill(dtype, size) as Extract<Kernel, { kind: 'loop' }>),
      stores: [{ value: 0, access: { buffer: firstOutput + i, offset: 0, strides: [1] } }],
    }),
  )
  const renumbered = JSON.parse(
    JSON.stringify([...fills, kernel], (key, value: unknown) => {
      if (key === 'buffer' && typeof value === 'number' && value >= firstOutput)
        return value - firstOutput + buffers.inputs.length
      // JSON has no such numbers.
      return key === 'value' && typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
        ? `number ${Object.is(value, -0) ? '-0' : value}`
        : value
    }),
    (_, value: unknown) => (typeof value === 'string' && value.startsWith('number ') ? Number(value.slice(7)) : value),
  ) as Kernel[]
  return { plan: planOf(buffers.inputs, buffers.outputs, [], renumbered, 3), scalars: [0.5, -3, 7], seed }
}

const picker = (seed: number): Pick => {
  const next = noise(seed)
  for (let i = 0; i < 5; i++) next()
  return (from) => from[Math.floor(next() * from.length)]!
}

export const loopSample: fc.Arbitrary<Sample> = fc.integer({ min: 1, max: 2 ** 30 }).map((seed) =>
  sampleOf(picker(seed), seed, (pick, buffers) => {
    const dims = dimsOf(pick, 4)
    return { kind: 'loop', dims, ...bodyOf(pick, dims, buffers, [], pick([1, 2, 3])) }
  }),
)

const valueOf = (pick: Pick, body: Body, ok: (dtype: DType) => boolean): number | undefined => {
  const list = [...body.operands, ...body.steps].flatMap(({ dtype }, v) => (ok(dtype) ? [v] : []))
  return list.length === 0 ? undefined : pick(list)
}

/** Sums and products of floats depend on the order: those are tested apart. */
export const reduceSample: fc.Arbitrary<Sample> = fc.integer({ min: 1, max: 2 ** 30 }).map((seed) =>
  sampleOf(picker(seed), seed, (pick, buffers) => {
    const [kept, outer, row] = [dimsOf(pick, 2), dimsOf(pick, 1), [...dimsOf(pick, 1), pick([1, 3, 8, 60])]]
    const dims = [...kept, ...outer, ...row]
    const base = bodyOf(pick, dims, buffers, [], pick([0, 0, 1]))
    const body: Body = { ...base, operands: [...base.operands] }
    const integers = valueOf(pick, body, isInteger)
    const numbers = valueOf(pick, body, (dtype) => dtype !== 'bool')
    const op =
      numbers === undefined
        ? 'argMax'
        : integers !== undefined && pick([true, false])
          ? pick(['sum', 'prod', 'max', 'argMax'] as const)
          : pick(['max', 'min', 'argMax'] as const)
    const value = op === 'sum' || op === 'prod' ? integers! : (numbers ?? 0)
    const all = [...body.operands, ...body.steps]
    const dtype = op === 'argMax' ? 'int32' : all[value]!.dtype
    const epilogue = bodyOf(pick, kept, buffers, [{ kind: 'result', dtype }], pick([1, 2]))
    return {
      kind: 'reduce',
      op,
      dims,
      kept: kept.length,
      outer: outer.length,
      ...body,
      value,
      epilogue,
    }
  }),
)

export const totalSize = ({ plan }: Sample): number =>
  plan.kernels.reduce((n, kernel) => ('dims' in kernel ? n + sizeOf(kernel.dims) : n), 0)
