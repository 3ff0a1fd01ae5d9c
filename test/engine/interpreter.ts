/**
 * Runs kernel plans, slowly and obviously, with the reference's own functions for every op: a plan is right when it gives
 * the reference's bits. Memory is as a device has it: one workspace, 32 bits an element, and filled with rubbish first.
 * What a plan may not do (read what the same kernel writes elsewhere, write a place twice, leave a buffer) throws.
 */
import { allocate, type DType, type HostArray } from '../../src/array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../src/array/node.js'
import { sizeOf } from '../../src/array/shape.js'
import { matmul } from '../../src/backend/reference/contract.js'
import { binary, select, unary } from '../../src/backend/reference/elementwise.js'
import { argSort, cumulativeSum, gather, scatterAdd } from '../../src/backend/reference/indexing.js'
import { dynamicSlice } from '../../src/backend/reference/move.js'
import { reduce } from '../../src/backend/reference/reduce.js'
import { rounded } from '../../src/backend/reference/rounding.js'
import { places, type View } from '../../src/backend/reference/view.js'
import { overlapAdd } from '../../src/backend/reference/window.js'
import type { Access, Body, Kernel, KernelPlan, ScanKernel } from '../../src/engine/kernel.js'
import { roundedWords } from './half.js'

/** A stretch of memory: the array that holds it, where it begins, and its length. */
interface Memory {
  readonly words: Uint32Array
  readonly offset: number
  readonly size: number
}

const rubbish = 0x7fbadbad

export const toWords = (data: HostArray): Uint32Array =>
  data instanceof Uint8Array ? Uint32Array.from(data) : new Uint32Array(data.slice().buffer)
export const fromWords = (words: Uint32Array, dtype: DType): HostArray => {
  if (dtype === 'bool') return Uint8Array.from(words)
  if (dtype === 'float32') return new Float32Array(words.slice().buffer)
  return dtype === 'int32' ? new Int32Array(words.slice().buffer) : words.slice()
}

const check = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`a plan that breaks its contract: ${what}`)
}

class Run {
  constructor(
    private readonly plan: KernelPlan,
    private readonly memories: readonly Memory[],
    private readonly scalars: readonly number[],
  ) {}

  addresses(dims: readonly number[], { buffer, offset, strides }: Access): Int32Array {
    check(strides.length === dims.length, 'strides for dims')
    const { size } = this.plan.buffers[buffer]!
    const out = places(dims, strides, offset)
    for (const at of out) check(at >= 0 && at < size, `address ${at} in a buffer of ${size}`)
    return out
  }

  read(buffer: number, at: Int32Array, dtype: DType): HostArray {
    const { words, offset } = this.memories[buffer]!
    check(this.plan.buffers[buffer]!.dtype === dtype, `dtype ${dtype} of a buffer`)
    return fromWords(
      Uint32Array.from(at, (place) => words[offset + place]!),
      dtype,
    )
  }

  whole(buffer: number, shape: readonly number[]): View {
    const { dtype, size } = this.plan.buffers[buffer]!
    check(size === sizeOf(shape), `${size} elements for [${shape.join()}]`)
    return { dtype, shape, data: this.read(buffer, places([size], [1]), dtype) }
  }

  write(buffer: number, at: Int32Array, data: HostArray): void {
    const { words, offset } = this.memories[buffer]!
    const from = this.plan.buffers[buffer]!.half ? roundedWords(toWords(data)) : toWords(data)
    for (let i = 0; i < at.length; i++) words[offset + at[i]!] = from[i]!
  }

  store(buffer: number, data: HostArray): void {
    this.write(buffer, places([data.length], [1]), data)
  }

  /** Values of a body for all places of its dims, in the order of the places. */
  values(dims: readonly number[], body: Body, result?: HostArray): View[] {
    const shape = [sizeOf(dims)]
    const isHalf = (v: number): boolean => {
      const own = body.stores.filter(({ value }) => value === v)
      return own.length > 0 && own.every(({ access }) => this.plan.buffers[access.buffer]!.half)
    }
    const kept = (view: View, v: number): View =>
      isHalf(v) ? { ...view, data: fromWords(roundedWords(toWords(view.data)), 'float32') } : view
    const operandOf = (operand: Body['operands'][number]): View => {
      const { dtype } = operand
      switch (operand.kind) {
        case 'load':
          return { dtype, shape, data: this.read(operand.access.buffer, this.addresses(dims, operand.access), dtype) }
        case 'index':
          return {
            dtype,
            shape,
            data: fill(
              dtype,
              [...places(dims, operand.strides, operand.offset)].map((i) => rounded[dtype](i)),
            ),
          }
        case 'result':
          return { dtype, shape, data: result! }
        case 'scalar':
          return { dtype, shape, data: fill(dtype, new Array<number>(shape[0]!).fill(this.scalars[operand.index]!)) }
        default:
          return { dtype, shape, data: fill(dtype, new Array<number>(shape[0]!).fill(operand.value)) }
      }
    }
    const values = body.operands.map((operand, v) => kept(operandOf(operand), v))
    for (const { op, dtype, args } of body.steps) {
      const [x, y, z] = args.map((arg) => {
        check(arg < values.length, 'steps after what they use')
        return values[arg]!
      }) as [View, View, View]
      const data =
        args.length === 1
          ? unary(op as UnaryOp, x, dtype)
          : op === 'select'
            ? select(x, y, z, shape, dtype)
            : binary(op as BinaryOp, x, y, shape, dtype)
      values.push(kept({ dtype, shape, data }, values.length))
    }
    return values
  }

  stores(dims: readonly number[], body: Body, values: readonly View[]): void {
    for (const { value, access } of body.stores) {
      check(values[value]!.dtype === this.plan.buffers[access.buffer]!.dtype, 'dtype of a store')
      this.write(access.buffer, this.addresses(dims, access), values[value]!.data)
    }
  }

  /** Loads may only meet the stores of their own section, at the same place; stores never meet. */
  checkHazards(sections: readonly (readonly [dims: readonly number[], body: Body])[]): void {
    const stored = new Map<string, string>()
    const key = (buffer: number, at: number): string => {
      const { words, offset } = this.memories[buffer]!
      return `${idOf(words)} ${offset + at}`
    }
    sections.forEach(([dims, body], section) => {
      for (const { access } of body.stores)
        this.addresses(dims, access).forEach((at, place) => {
          check(!stored.has(key(access.buffer, at)), 'a place written twice')
          stored.set(key(access.buffer, at), `${section} ${place}`)
        })
    })
    sections.forEach(([dims, body], section) => {
      for (const operand of body.operands)
        if (operand.kind === 'load')
          this.addresses(dims, operand.access).forEach((at, place) => {
            const by = stored.get(key(operand.access.buffer, at))
            check(by === undefined || by === `${section} ${place}`, 'a load of what the kernel writes elsewhere')
          })
    })
  }

  kernel(kernel: Kernel): void {
    switch (kernel.kind) {
      case 'loop': {
        this.checkHazards([[kernel.dims, kernel]])
        this.stores(kernel.dims, kernel, this.values(kernel.dims, kernel))
        return
      }
      case 'reduce': {
        const kept = kernel.dims.slice(0, kernel.kept)
        const outer = kernel.dims.slice(kernel.kept, kernel.kept + kernel.outer)
        const row = kernel.dims.slice(kernel.kept + kernel.outer)
        const sections = [[kernel.dims, kernel] as const, [kept, kernel.epilogue] as const]
        this.checkHazards(sections)
        const values = this.values(kernel.dims, kernel)
        this.stores(kernel.dims, kernel, values)
        const { dtype, data } = values[kernel.value]!
        // The axis of size 1 keeps rows and what counts them from being neighbours.
        const shape = [sizeOf(kept), sizeOf(outer), 1, sizeOf(row)]
        const out = kernel.op === 'argMax' ? 'int32' : dtype
        const result = reduce(kernel.op, { dtype, shape, data }, [1, 3], out)
        this.stores(kept, kernel.epilogue, this.values(kept, kernel.epilogue, result))
        return
      }
      case 'matmul': {
        const { batch, m, n, k, a, b, epilogue } = kernel
        const { dtype } = this.plan.buffers[a.buffer]!
        const operand = (dims: readonly number[], access: Access, shape: number[]): View => ({
          dtype,
          shape,
          data: this.read(access.buffer, this.addresses(dims, access), dtype),
        })
        const [bs, ms, ns, ks] = [batch, m, n, k].map(sizeOf) as [number, number, number, number]
        const left = operand([...batch, ...m, ...k], a, [bs, ms, ks])
        const right = operand([...batch, ...k, ...n], b, [bs, ks, ns])
        const dims = [...batch, ...m, ...n]
        const load = (dims: readonly number[], access: Access): readonly [readonly number[], Body] => [
          dims,
          { operands: [{ kind: 'load', dtype, access }], steps: [], stores: [] },
        ]
        this.checkHazards([[dims, epilogue], load([...batch, ...m, ...k], a), load([...batch, ...k, ...n], b)])
        const result = matmul(left, right, [bs, ms, ns])
        this.stores(dims, epilogue, this.values(dims, epilogue, result))
        return
      }
      case 'gather': {
        const { source, indices, target, rows, count, rest } = kernel
        const table = this.whole(source, [rows, rest])
        this.store(target, gather(table, this.whole(indices, [count]), [count, rest]))
        return
      }
      case 'scatterAdd': {
        const { indices, updates, target, rows, count, rest } = kernel
        this.store(target, scatterAdd(this.whole(indices, [count]), this.whole(updates, [count, rest]), [rows, rest]))
        return
      }
      case 'overlapAdd': {
        const { source, target, lead, spatial, size, stride, dilation, count } = kernel
        const windows = this.whole(source, [lead, ...size, ...count])
        this.store(target, overlapAdd(windows, [...size, ...stride, ...dilation], [lead, ...spatial]))
        return
      }
      case 'argSort':
        this.store(kernel.target, argSort(this.whole(kernel.source, [kernel.rows, kernel.length])))
        return
      case 'cumulativeSum': {
        const { source, target, outer, length, inner } = kernel
        this.store(target, cumulativeSum(this.whole(source, [outer, length, inner]), 1))
        return
      }
      case 'dynamicSlice': {
        const { source, starts, target, shape, sizes } = kernel
        this.store(target, dynamicSlice(this.whole(source, shape), this.whole(starts, [shape.length]), sizes))
        return
      }
      case 'scan':
        this.scan(kernel)
    }
  }

  scan({ length, reverse, carry, body, inputs, outputs, workspace }: ScanKernel): void {
    const space = this.memories[workspace]!
    check(space.size >= body.workspace, 'room for the body of a scan')
    const part = (buffer: number, offset: number, size: number): Uint32Array => {
      const { words, offset: start } = this.memories[buffer]!
      return words.slice(start + offset, start + offset + size)
    }
    let state: Uint32Array[] = []
    for (let i = 0; i < length; i++) {
      const step = reverse ? length - 1 - i : i
      const given = inputs.map(({ buffer, stride }, input) => {
        if (i > 0 && input < carry) return state[input]!
        const own = body.buffers.find(({ role }) => role.kind === 'input' && role.index === input)!
        return part(buffer, step * stride, own.size)
      })
      const results = runPlan(body, given, this.scalars)
      state = results.slice(0, carry)
      results.slice(carry).forEach((words, s) => {
        const { buffer, stride } = outputs[carry + s]!
        const { dtype } = this.plan.buffers[buffer]!
        this.write(buffer, places([words.length], [1], step * stride), fromWords(words, dtype))
      })
    }
    state.forEach((words, c) => {
      this.memories[outputs[c]!.buffer]!.words.set(words, this.memories[outputs[c]!.buffer]!.offset)
    })
  }
}

const ids = new WeakMap<object, number>()
let nextId = 0
const idOf = (words: object): number => {
  if (!ids.has(words)) ids.set(words, nextId++)
  return ids.get(words)!
}

const fill = (dtype: DType, values: readonly number[]): HostArray => {
  const out = allocate(dtype, values.length)
  out.set(values)
  return out
}

/** Runs a plan on words; donated inputs are overwritten. */
export const runPlan = (
  plan: KernelPlan,
  inputs: readonly Uint32Array[],
  scalars: readonly number[],
): Uint32Array[] => {
  const workspace = new Uint32Array(plan.workspace).fill(rubbish)
  const halves = new Uint32Array(plan.halves ?? 0).fill(rubbish)
  const memories = plan.buffers.map(({ size, role, half }): Memory => {
    switch (role.kind) {
      case 'input':
        check(inputs[role.index]!.length === size, `input ${role.index} of ${size} elements`)
        return { words: inputs[role.index]!, offset: 0, size }
      case 'donated':
        check(inputs[role.input]!.length === size, 'the size of a donated input')
        return { words: inputs[role.input]!, offset: 0, size }
      case 'output':
        return { words: new Uint32Array(size).fill(rubbish), offset: 0, size }
      default:
        if (half) {
          check(role.offset % 32 === 0 && role.offset + size <= halves.length, 'a temporary in the workspace of halves')
          return { words: halves, offset: role.offset, size }
        }
        check(role.offset % 16 === 0 && role.offset + size <= plan.workspace, 'a temporary in the workspace')
        return { words: workspace, offset: role.offset, size }
    }
  })
  const run = new Run(plan, memories, scalars)
  for (const kernel of plan.kernels) run.kernel(kernel)
  return plan.outputs.map((buffer) => {
    const { words, offset, size } = memories[buffer]!
    check(plan.buffers[buffer]!.role.kind !== 'temporary', 'an output in the workspace')
    return words.slice(offset, offset + size)
  })
}
