/**
 * A plan that is ready to run. A run writes the addresses and numbers that have changed, calls the launches, and wraps
 * the results.
 */
import type { DType } from '../../../array/dtype.js'
import type { RunOptions, Value } from '../../../engine/backend.js'
import type { KernelPlan } from '../../../engine/kernel.js'
import { planKernels } from '../plan/plan.js'
import { type Binding, link, listBytes } from './link.js'
import type { Runtime } from './runtime.js'
import { copyIn, copyOut, wordOf } from './transfer.js'

/** An array in the device's memory. */
export interface CpuBuffer {
  readonly address: number
  readonly bytes: number
}

export interface CpuExecutable {
  readonly run: (inputs: readonly Value<CpuBuffer>[], scalars: readonly number[]) => Value<CpuBuffer>[]
  readonly plan: ReturnType<typeof planKernels>
  readonly dispose: () => void
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64

export const allocateBuffer = ({ memory }: Runtime, size: number, dtype: DType): CpuBuffer => {
  const bytes = Math.max(4 * size, 4)
  return { address: memory.allocate(bytes, `${dtype}[${size}]`), bytes }
}

/** Slots: the workspace, then the inputs, then the outputs. */
const bindingsOf = (plan: ReturnType<typeof planKernels>, inputs: number): Binding[] =>
  plan.buffers.map(({ role }) => {
    switch (role.kind) {
      case 'temporary':
        return { slot: 0, bytes: 4 * role.offset }
      case 'input':
        return { slot: 1 + role.index, bytes: 0 }
      case 'donated':
        return { slot: 1 + role.input, bytes: 0 }
      case 'output':
        return { slot: 1 + inputs + role.index, bytes: 0 }
    }
  })

export const createExecutable = (
  runtime: Runtime,
  source: KernelPlan,
  inputCount: number,
  options: RunOptions,
): CpuExecutable => {
  const { memory, library, workspace } = runtime
  const plan = planKernels(source)
  const launches = plan.kernels.flatMap((kernel) => kernel.launches)
  const outputCount = source.outputs.length
  const slots = 1 + inputCount + outputCount
  const linked = link(launches, bindingsOf(plan, inputCount), slots)
  const places = library.places(linked.functions.map((use) => use.source))

  const blockSize = Math.max(4 * linked.words.length, 4)
  const block = memory.allocate(blockSize, 'a plan')
  const firstWord = block >>> 2
  const image = linked.words.slice()
  linked.functions.forEach(({ word }, i) => {
    image[word] = places[i]!
  })
  for (const word of linked.own) image[word]! += block
  memory.words().set(image, firstWord)
  const list = block + 4 * linked.list
  const listEnd = list + listBytes(launches)
  const addresses = new Float64Array(slots).fill(-1)
  const numbers = new Float64Array(linked.scalars.length).fill(Number.NaN)

  const setSlot = (slot: number, address: number): void => {
    if (addresses[slot] === address) return
    addresses[slot] = address
    const words = memory.words()
    for (const { word, bytes } of linked.patches[slot]!) words[firstWord + word] = address + bytes
  }
  const setScalars = (scalars: readonly number[]): void => {
    const words = memory.words()
    for (let i = 0; i < numbers.length; i++) {
      const { word, index, dtype } = linked.scalars[i]!
      const value = scalars[index]!
      if (Object.is(numbers[i], value)) continue
      numbers[i] = value
      words[firstWord + word] = wordOf(value, dtype)
    }
  }

  const inputBuffers = new Map(
    source.buffers.flatMap((buffer) => (buffer.role.kind === 'input' ? [[buffer.role.index, buffer] as const] : [])),
  )
  const sizeOfInput = (i: number): number => inputBuffers.get(i)?.size ?? 0
  const workspaceBytes = align(4 * plan.workspace)
  const donatedPlaces = new Set(source.buffers.flatMap(({ role }) => (role.kind === 'donated' ? [role.input] : [])))
  const describeWorkspace = (): string => {
    const largest = [...plan.buffers].sort((a, b) => b.size - a.size).slice(0, 3)
    return `the workspace of a plan (largest: ${largest.map(({ dtype, size }) => `${dtype}[${size}]`).join(', ')})`
  }

  /** Host arrays in and out pass through the end of the workspace; where they lie there follows from which they are. */
  const run = (inputs: readonly Value<CpuBuffer>[], scalars: readonly number[]): Value<CpuBuffer>[] => {
    let end = workspaceBytes
    const staged = (size: number): number => {
      const at = end
      end = at + align(4 * size)
      return at
    }
    const places = inputs.map((value, i) =>
      value.kind === 'host' && !donatedPlaces.has(i) ? staged(sizeOfInput(i)) : -1,
    )
    const outputPlaces = source.outputs.map((buffer) => {
      const { role, size } = source.buffers[buffer]!
      return options.keep === 'host' && role.kind === 'output' ? staged(size) : -1
    })
    const base = end === 0 ? 0 : workspace.reserve(end, describeWorkspace)
    setSlot(0, base)
    const given: (CpuBuffer | undefined)[] = inputs.map((value, i) => {
      if (value.kind === 'device') return value.buffer
      if (places[i] !== -1) return undefined
      const { size, dtype } = source.buffers.find(({ role }) => role.kind === 'donated' && role.input === i)!
      return allocateBuffer(runtime, size, dtype)
    })
    inputs.forEach((value, i) => {
      const address = given[i]?.address ?? base + places[i]!
      if (value.kind === 'host') copyIn(memory, address, value.data)
      setSlot(1 + i, address)
    })
    const made: (CpuBuffer | undefined)[] = source.outputs.map((buffer, o) => {
      const { role, size, dtype } = source.buffers[buffer]!
      if (role.kind !== 'output' || role.index !== o) return undefined
      if (options.keep === 'host') {
        setSlot(1 + inputCount + o, base + outputPlaces[o]!)
        return undefined
      }
      const fresh = allocateBuffer(runtime, size, dtype)
      setSlot(1 + inputCount + o, fresh.address)
      return fresh
    })
    setScalars(scalars)
    runtime.run(list, listEnd)
    return collect(inputs, given, made)
  }

  const collect = (
    inputs: readonly Value<CpuBuffer>[],
    given: readonly (CpuBuffer | undefined)[],
    made: readonly (CpuBuffer | undefined)[],
  ): Value<CpuBuffer>[] => {
    const taken = new Set<CpuBuffer>()
    const results = source.outputs.map((buffer): Value<CpuBuffer> => {
      const { role, size, dtype } = source.buffers[buffer]!
      const slot =
        role.kind === 'output'
          ? 1 + inputCount + role.index
          : 1 + (role as { readonly input?: number; readonly index?: number }).input!
      const input = role.kind === 'donated' ? role.input : role.kind === 'input' ? role.index : -1
      const address = addresses[role.kind === 'input' ? 1 + input : slot]!
      if (options.keep === 'host') return { kind: 'host', data: copyOut(memory, address, dtype, size) }
      const own =
        role.kind === 'output'
          ? made[role.index]
          : role.kind === 'donated' || options.donated[input]
            ? given[input]
            : undefined
      if (own !== undefined && !taken.has(own)) {
        taken.add(own)
        return { kind: 'device', buffer: own }
      }
      const copy = allocateBuffer(runtime, size, dtype)
      const words = memory.words()
      words.copyWithin(copy.address >>> 2, address >>> 2, (address >>> 2) + size)
      return { kind: 'device', buffer: copy }
    })
    // A donated buffer that no result has taken is nobody's any more.
    inputs.forEach((value, i) => {
      if (!options.donated[i] && value.kind === 'device') return
      const buffer = given[i]
      if (buffer !== undefined && !taken.has(buffer)) memory.free(buffer.address, buffer.bytes)
    })
    return results
  }

  return { run, plan, dispose: () => memory.free(block, blockSize) }
}
