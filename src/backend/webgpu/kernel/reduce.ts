/**
 * Reductions. Invocations share the elements of a kept place evenly, every so many-th each, and join what they have in a
 * tree: an order that is a function of shapes alone. Where few places have very many elements, a first dispatch reduces
 * chunks of them to scratch, and a second one the chunks.
 */
import { sizeOf } from '../../../array/shape.js'
import type { ReduceKernel } from '../../../engine/kernel.js'
import type { Dispatch, Generator, KernelContext } from '../dispatch.js'
import { emitBody, isVector } from '../emit/body.js'
import type { Lanes } from '../emit/lanes.js'
import { newShader, type Shader } from '../emit/shader.js'
import { stateOf } from './reduce/state.js'
import { chunksOf, shareOut } from './reduce/strategy.js'
import { type Task, write } from './reduce/write.js'

const valueDtype = ({ operands, steps, value }: ReduceKernel) =>
  value < operands.length ? operands[value].dtype : steps[value - operands.length].dtype

/** Four elements at a time where some load or store can be in fours, and the last dim is a multiple. */
const lanesOf = (shader: Shader, { dims, kept, operands, stores }: ReduceKernel): Lanes => {
  const last = dims.length - 1
  if (last < kept || dims[last] % 4 !== 0 || dims[last] === 0) return 1
  const accesses = [
    ...operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access] : [])),
    ...stores.map(({ access }) => access),
  ]
  return accesses.some((access) => isVector(shader, access)) ? 4 : 1
}

const finish = (task: Task, label: string): Dispatch => {
  const { declarations, main, workgroups, workgroupSize } = write(task)
  return task.shader.finish({ label, declarations, main, workgroups, workgroupSize })
}

/** The first dispatch, or the only one. */
const overElements = (
  kernel: ReduceKernel,
  context: KernelContext,
  chunks: number,
  label: string,
  end: (shader: Shader) => Task['end'],
): Dispatch => {
  const { dims, kept, op } = kernel
  const shader = newShader(context)
  const state = stateOf(shader, op, valueDtype(kernel))
  const lanes = lanesOf(shader, kernel)
  const all = dims.slice(kept)
  const reduced = lanes === 1 ? all : [...all.slice(0, -1), all[all.length - 1] / 4]
  const isEmpty = sizeOf(all) === 0
  const task: Task = {
    shader,
    state,
    lanes,
    sharing: isEmpty
      ? { places: 64, slices: 1, slicesFirst: true }
      : shareOut(kernel, Math.ceil(sizeOf(reduced) / chunks), context.limits),
    kept: chunks === 1 ? dims.slice(0, kept) : [...dims.slice(0, kept), chunks],
    reduced: isEmpty ? [0] : reduced,
    chunks,
    element: (keptAt, reducedAt, flat) => {
      // Of nothing nothing can be loaded.
      if (isEmpty) return { code: '', parts: state.parts.map(({ identity }) => identity) }
      const at = [...keptAt.slice(0, kept), ...reducedAt]
      if (lanes === 4) at[at.length - 1] = `${at[at.length - 1]} * 4i`
      const { code, value } = emitBody(shader, kernel, at, undefined, lanes)
      const place = lanes === 1 ? flat : `(vec4i(${flat} * 4i) + vec4i(0i, 1i, 2i, 3i))`
      return { code, parts: state.of(value(kernel.value), place, lanes) }
    },
    end: (keptAt, parts) => end(shader)(keptAt, parts),
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
    (shader: Shader, result: (parts: readonly string[]) => string): Task['end'] =>
    (keptAt, parts) =>
      emitBody(shader, epilogue, keptAt.slice(0, kept), result(parts)).code
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
  const slices = Math.min(64, 2 ** Math.floor(Math.log2(chunks)))
  const second: Task = {
    shader,
    state,
    lanes: 1,
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
    end: ended(shader, state.result),
  }
  return [first, finish(second, `${label} of chunks`)]
}
