/**
 * A plan that is ready to run. A run writes the addresses and numbers that have changed, calls the launches, and wraps
 * the results.
 */
import type { DType } from '../../../array/dtype.js'
import type { RunOptions, Value } from '../../../engine/backend.js'
import type { KernelPlan, PlannedBuffer } from '../../../engine/kernel.js'
import { launchBytes } from '../kernel/sequence.js'
import { planKernels } from '../plan/plan.js'
import type { Plan } from '../plan/planned.js'
import { type Binding, link } from './link.js'
import type { Runtime } from './runtime.js'
import { copyIn, copyOut, wordOf } from './transfer.js'

/** An array in the device's memory. */
export interface CpuBuffer {
  readonly address: number
  readonly bytes: number
}

export interface CpuExecutable {
  readonly run: (inputs: readonly Value<CpuBuffer>[], scalars: readonly number[]) => Value<CpuBuffer>[]
  /** Runs without results: milliseconds of each kernel. */
  readonly measure: (inputs: readonly Value<CpuBuffer>[], scalars: readonly number[]) => readonly number[]
  readonly plan: Plan
  readonly dispose: () => void
}

/** Runs that are timed: the best of them counts. */
const timedRuns = 3

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64

export const allocateBuffer = ({ memory }: Runtime, size: number, dtype: DType): CpuBuffer => {
  const bytes = Math.max(4 * size, 4)
  return { address: memory.allocate(bytes, `${dtype}[${size}]`), bytes }
}

/** Slots: the workspace, then the inputs, then the outputs. */
const bindingOf = ({ role }: PlannedBuffer, inputs: number): Binding => {
  if (role.kind === 'temporary') return { slot: 0, bytes: 4 * role.offset }
  if (role.kind === 'output') return { slot: 1 + inputs + role.index, bytes: 0 }
  return { slot: 1 + (role.kind === 'input' ? role.index : role.input), bytes: 0 }
}

const describeWorkspace = ({ buffers }: Plan): string => {
  const largest = [...buffers].sort((a, b) => b.size - a.size).slice(0, 3)
  return `the workspace of a plan (largest: ${largest.map(({ dtype, size }) => `${dtype}[${size}]`).join(', ')})`
}

/** A plan's block of words in memory. */
interface Image {
  readonly setSlot: (slot: number, address: number) => void
  readonly setScalars: (scalars: readonly number[]) => void
  readonly addressOf: (buffer: number) => number
  /** Launches [begin, end). */
  readonly run: (begin: number, end: number) => void
  readonly dispose: () => void
}

const placeImage = (runtime: Runtime, plan: Plan, inputCount: number, slots: number): Image => {
  const { memory, library } = runtime
  const launches = plan.kernels.flatMap((kernel) => kernel.launches)
  const bindings = plan.buffers.map((buffer) => bindingOf(buffer, inputCount))
  const linked = link(launches, bindings, slots, runtime.sharing)
  const places = library.places([...linked.functions.map((use) => use.source), runtime.sequence])
  const size = Math.max(4 * linked.size, 4)
  const block = memory.allocate(size, 'a plan')
  const first = block >>> 2
  const image = linked.words
  linked.functions.forEach(({ word }, i) => {
    image[word] = places[i]!
  })
  for (const word of linked.own) image[word] += block
  memory.words().set(image, first)
  const makers = block + 4 * linked.makers
  if (linked.made > 0) runtime.run(makers, makers + launchBytes * linked.made)
  const list = block + 4 * linked.list
  const addresses = new Float64Array(slots).fill(-1)
  const numbers = new Float64Array(linked.scalars.length)
  let written = false
  return {
    setSlot: (slot, address) => {
      if (addresses[slot] === address) return
      addresses[slot] = address
      const words = memory.words()
      for (const { word, bytes } of linked.patches[slot]) words[first + word] = address + bytes
    },
    setScalars: (scalars) => {
      const words = memory.words()
      for (let i = 0; i < numbers.length; i++) {
        const { word, index, dtype } = linked.scalars[i]
        const value = scalars[index]
        if (Object.is(numbers[i], value) && written) continue
        numbers[i] = value
        words[first + word] = wordOf(value, dtype)
      }
      written = true
    },
    addressOf: (buffer) => addresses[bindings[buffer].slot] + bindings[buffer].bytes,
    run: (begin, end) => runtime.run(list + launchBytes * begin, list + launchBytes * end),
    dispose: () => memory.free(block, size),
  }
}

type DeviceValue = Extract<Value<CpuBuffer>, { readonly kind: 'device' }>
const deviceValue = (buffer: CpuBuffer): DeviceValue => ({ kind: 'device', buffer })

/**
 * For each output which of the values becomes its own: that of an input, or, counted on from those, of a buffer made for
 * an output. The first output that lies there takes it; -1 for those that have to be copied.
 */
const takesOf = ({ buffers, outputs }: KernelPlan, donated: readonly boolean[]): readonly number[] => {
  const made = outputs.filter((buffer, o) => isOwnOutput(buffers[buffer], o))
  const placeOf = (buffer: number): number => {
    const { role } = buffers[buffer]
    if (role.kind === 'output') return donated.length + made.indexOf(buffer)
    if (role.kind === 'donated') return role.input
    return role.kind === 'input' && donated[role.index] ? role.index : -1
  }
  const taken = new Set<number>()
  return outputs.map((buffer) => {
    const place = placeOf(buffer)
    if (place < 0 || taken.has(place)) return -1
    taken.add(place)
    return place
  })
}

/** Whether output `o` has a buffer of its own, and no earlier one. */
const isOwnOutput = ({ role }: PlannedBuffer, o: number): boolean => role.kind === 'output' && role.index === o

export const createExecutable = (
  runtime: Runtime,
  source: KernelPlan,
  inputCount: number,
  { keep, donated }: RunOptions,
): CpuExecutable => {
  const { memory, workspace } = runtime
  const plan = planKernels(source, runtime.sharing, runtime.products)
  const image = placeImage(runtime, plan, inputCount, 1 + inputCount + source.outputs.length)
  const { buffers, outputs } = source
  const workspaceBytes = align(4 * plan.workspace)
  const inputSizes = new Array<number>(inputCount).fill(0)
  /** The buffer that stands where a donated input was. */
  const heirs = new Array<PlannedBuffer | undefined>(inputCount).fill(undefined)
  for (const buffer of buffers) {
    if (buffer.role.kind === 'input') inputSizes[buffer.role.index] = buffer.size
    if (buffer.role.kind === 'donated' && keep === 'device') heirs[buffer.role.input] = buffer
  }
  const isOwn = outputs.map((buffer, o) => isOwnOutput(buffers[buffer], o))
  const takes = takesOf(source, donated)
  const isTaken = new Set(takes)
  /** Donated inputs that nothing takes. */
  const idle = donated.flatMap((given, i) => (given && !isTaken.has(i) ? [i] : []))

  const launchEnds = plan.kernels.map(() => 0)
  let launches = 0
  plan.kernels.forEach((kernel, i) => {
    launches += kernel.launches.length
    launchEnds[i] = launches
  })

  const execute = (
    inputs: readonly Value<CpuBuffer>[],
    scalars: readonly number[],
    launch: () => void,
  ): Value<CpuBuffer>[] => {
    // Host arrays in and out pass through the end of the workspace.
    let end = workspaceBytes
    const staged = (size: number): number => {
      const at = end
      end = at + align(4 * size)
      return at
    }
    const inputPlaces = inputs.map(({ kind }, i) =>
      kind === 'host' && heirs[i] === undefined ? staged(inputSizes[i]) : -1,
    )
    const outputPlaces = outputs.map((buffer, o) => (keep === 'host' && isOwn[o] ? staged(buffers[buffer].size) : -1))
    const base = end === 0 ? 0 : workspace.reserve(end, () => describeWorkspace(plan))
    image.setSlot(0, base)

    const given = inputs.map((value, i): DeviceValue | undefined => {
      if (value.kind === 'device') {
        image.setSlot(1 + i, value.buffer.address)
        return value
      }
      const heir = heirs[i]
      const own = heir === undefined ? undefined : deviceValue(allocateBuffer(runtime, heir.size, heir.dtype))
      const address = own?.buffer.address ?? base + inputPlaces[i]
      copyIn(memory, address, value.data)
      image.setSlot(1 + i, address)
      return own
    })
    for (let o = 0; o < outputs.length; o++) {
      if (!isOwn[o]) continue
      const { size, dtype } = buffers[outputs[o]]
      const own = keep === 'host' ? undefined : deviceValue(allocateBuffer(runtime, size, dtype))
      given.push(own)
      image.setSlot(1 + inputCount + o, own?.buffer.address ?? base + outputPlaces[o])
    }
    image.setScalars(scalars)
    launch()
    return keep === 'host'
      ? outputs.map((buffer) => {
          const { dtype, size } = buffers[buffer]
          return { kind: 'host', data: copyOut(memory, image.addressOf(buffer), dtype, size) }
        })
      : keepResults(given)
  }

  /** Every result its own buffer; what was donated and nothing took is freed. */
  const keepResults = (given: readonly (DeviceValue | undefined)[]): Value<CpuBuffer>[] => {
    const results = outputs.map((number, o): Value<CpuBuffer> => {
      const own = takes[o] < 0 ? undefined : given[takes[o]]
      if (own !== undefined) return own
      const { size, dtype } = buffers[number]
      const copy = allocateBuffer(runtime, size, dtype)
      const from = image.addressOf(number) >>> 2
      memory.words().copyWithin(copy.address >>> 2, from, from + size)
      return deviceValue(copy)
    })
    for (const i of idle) {
      const value = given[i]
      if (value !== undefined) memory.free(value.buffer.address, value.buffer.bytes)
    }
    return results
  }

  const launchAll = (): void => image.run(0, launches)
  const measure: CpuExecutable['measure'] = (inputs, scalars) => {
    const best = plan.kernels.map(() => Infinity)
    const launchTimed = (): void => {
      let begin = 0
      launchEnds.forEach((end, i) => {
        const before = performance.now()
        image.run(begin, end)
        best[i] = Math.min(best[i], performance.now() - before)
        begin = end
      })
    }
    execute(inputs, scalars, () => {
      launchAll()
      for (let i = 0; i < timedRuns; i++) launchTimed()
    })
    return best
  }
  return { run: (inputs, scalars) => execute(inputs, scalars, launchAll), measure, plan, dispose: image.dispose }
}
