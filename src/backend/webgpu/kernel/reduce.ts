/**
 * Reductions. Invocations share the elements of a kept place evenly, every so many-th each, and join what they have in a
 * tree, through workgroup memory or within subgroups: an order that is a function of shapes alone. Where few places have
 * very many elements, a first dispatch reduces chunks of them to scratch, and a second one the chunks.
 */
import { sizeOf } from '../../../array/shape.js'
import type { Access, Body, ReduceKernel } from '../../../engine/kernel.js'
import type { Dispatch, Generator, KernelContext } from '../dispatch.js'
import { emitBody, isVector } from '../emit/body.js'
import type { Lanes } from '../emit/lanes.js'
import { newShader, type Shader } from '../emit/shader.js'
import { stateOf } from './reduce/state.js'
import { chunksOf, floorPower, reducesNeighbours, shareOut } from './reduce/strategy.js'
import { type Task, write } from './reduce/write.js'

const valueDtype = ({ operands, steps, value }: ReduceKernel) =>
  value < operands.length ? operands[value].dtype : steps[value - operands.length].dtype

const accessesOf = ({ operands, stores }: Body): readonly Access[] => [
  ...operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access] : [])),
  ...stores.map(({ access }) => access),
]

/** The body with the last kept dim moved to the end, where four lanes are neighbours. */
const keptLast = (kernel: ReduceKernel): ReduceKernel => {
  const last = kernel.kept - 1
  const moved = <A extends { readonly strides: readonly number[] }>(access: A): A => ({
    ...access,
    strides: [...access.strides.filter((_, d) => d !== last), access.strides[last]],
  })
  return {
    ...kernel,
    operands: kernel.operands.map((operand) => {
      if (operand.kind === 'load') return { ...operand, access: moved(operand.access) }
      return operand.kind === 'index' ? moved(operand) : operand
    }),
    stores: kernel.stores.map((store) => ({ ...store, access: moved(store.access) })),
  }
}

/** How four lanes are used: for elements of one place, for neighbouring places, or not at all. */
const lanesOf = (
  shader: Shader,
  kernel: ReduceKernel,
  chunks: number,
): { readonly lanes: Lanes; readonly abreast: boolean } => {
  const { dims, kept } = kernel
  const last = dims.length - 1
  const inFours = (body: Body): boolean => accessesOf(body).some((access) => isVector(shader, access))
  if (last >= kept && dims[last] % 4 === 0 && inFours(kernel)) return { lanes: 4, abreast: false }
  const abreast =
    kept > 0 && chunks === 1 && dims[kept - 1] % 4 === 0 && !reducesNeighbours(kernel) && inFours(keptLast(kernel))
  return { lanes: abreast ? 4 : 1, abreast }
}

const finish = (task: Task, label: string): Dispatch => {
  const { declarations, main, workgroups, workgroupSize } = write(task)
  return task.shader.finish({ label, declarations, main, workgroups, workgroupSize })
}

type End = (keptAt: readonly string[], parts: readonly string[], lanes: Lanes) => string

/** The first dispatch, or the only one. */
const overElements = (
  kernel: ReduceKernel,
  context: KernelContext,
  chunks: number,
  label: string,
  end: (shader: Shader) => End,
): Dispatch => {
  const { dims, kept, op } = kernel
  const shader = newShader(context)
  const state = stateOf(shader, op, valueDtype(kernel))
  const all = dims.slice(kept)
  const isEmpty = sizeOf(all) === 0
  const { lanes, abreast } = isEmpty ? { lanes: 1 as const, abreast: false } : lanesOf(shader, kernel, chunks)
  const inFours = (list: readonly number[]): readonly number[] => [...list.slice(0, -1), list[list.length - 1] / 4]
  const reduced = lanes === 4 && !abreast ? inFours(all) : all
  const places = abreast ? inFours(dims.slice(0, kept)) : dims.slice(0, kept)
  const body = abreast ? keptLast(kernel) : kernel
  const task: Task = {
    shader,
    state,
    lanes,
    abreast,
    sharing: isEmpty
      ? { places: 64, slices: 1, slicesFirst: true }
      : shareOut(kernel, sizeOf(places) * chunks, Math.ceil(sizeOf(reduced) / chunks), context.limits),
    kept: chunks === 1 ? places : [...places, chunks],
    reduced: isEmpty ? [0] : reduced,
    chunks,
    element: (keptAt, reducedAt, flat) => {
      // Of nothing nothing can be loaded.
      if (isEmpty) return { code: '', parts: state.parts.map(({ identity }) => identity) }
      const at = abreast
        ? [...keptAt.slice(0, kept - 1), ...reducedAt, keptAt[kept - 1]]
        : [...keptAt.slice(0, kept), ...reducedAt]
      if (lanes === 4) at[at.length - 1] = `${at[at.length - 1]} * 4i`
      const { code, value } = emitBody(shader, body, at, undefined, lanes)
      const place = lanes === 1 ? flat : abreast ? `vec4i(${flat})` : `(vec4i(${flat} * 4i) + vec4i(0i, 1i, 2i, 3i))`
      return { code, parts: state.of(value(kernel.value), place, lanes) }
    },
    end: (keptAt, parts) =>
      end(shader)(abreast ? [...keptAt.slice(0, -1), `${keptAt[kept - 1]} * 4i`] : keptAt, parts, abreast ? 4 : 1),
  }
  return finish(task, label)
}

export const reduce: Generator<ReduceKernel> = (kernel, context) => {
  const { dims, kept, op, epilogue } = kernel
  const keptDims = dims.slice(0, kept)
  const count = sizeOf(keptDims)
  if (count === 0) return []
  const elements = sizeOf(dims.slice(kept))
  const label = `${op} ${keptDims.join('x')}[${dims.slice(kept).join('x')}]`
  const ended =
    (shader: Shader, result: (parts: readonly string[]) => string): End =>
    (keptAt, parts, lanes) =>
      emitBody(shader, epilogue, keptAt.slice(0, kept), result(parts), lanes).code
  const resultOf = (shader: Shader) => stateOf(shader, op, valueDtype(kernel)).result
  const chunks = chunksOf(count, elements)
  if (chunks === 1) return [overElements(kernel, context, 1, label, (shader) => ended(shader, resultOf(shader)))]

  const dtypes = op === 'argMax' ? (['uint32', 'int32'] as const) : ([valueDtype(kernel)] as const)
  const scratch = dtypes.map((dtype) => context.scratch(count * chunks, dtype))
  const first = overElements(kernel, context, chunks, `${label} in ${chunks} chunks`, (shader) => {
    const regions = scratch.map(shader.region)
    return (_, parts) => regions.map((region, i) => shader.store(region, 'place', parts[i])).join('\n')
  })

  const shader = newShader(context)
  const regions = scratch.map(shader.region)
  const state = stateOf(shader, op, valueDtype(kernel))
  const slices = context.limits.software ? 1 : Math.min(64, floorPower(chunks))
  const second: Task = {
    shader,
    state,
    lanes: 1,
    abreast: false,
    sharing: { places: 1, slices, slicesFirst: true },
    kept: keptDims,
    reduced: [chunks],
    chunks: 1,
    element: (_, [chunk]) => {
      const names = regions.map(() => shader.fresh('chunk'))
      const code = regions.map(
        (region, i) => `let ${names[i]} = ${shader.load(region, `place * ${chunks}i + ${chunk}`)};`,
      )
      return { code: code.join('\n'), parts: names }
    },
    end: (keptAt, parts) => ended(shader, state.result)(keptAt, parts, 1),
  }
  return [first, finish(second, `${label} of chunks`)]
}
