/**
 * A plan that is ready to run. A run fills the slots with buffers, writes what comes from the host, and submits one
 * command buffer; it waits for the device only where results go to the host.
 *
 * What a run borrows from memory (places of host arrays, results on their way to the host) goes back as soon as its
 * commands are submitted: all later uses come later in the same queue.
 */
import type { RunOptions, Value } from '../../../engine/backend.js'
import type { KernelPlan, PlannedBuffer } from '../../../engine/kernel.js'
import { halvesSlot, regionsOf } from '../plan.js'
import type { Plan } from '../planned.js'
import { workspaceSlot } from '../room.js'
import { measure } from './clock.js'
import type { Commands } from './commands.js'
import { fault } from './health.js'
import type { Block } from './memory.js'
import type { Runtime } from './runtime.js'
import { arrayFrom, wordsOf } from './transfer.js'

/** Arrays begin at the start of a block, and no block is empty. */
const bytesOf = (size: number): number => Math.max(4, 4 * size)

export const nameOf = ({ dtype, size }: Pick<PlannedBuffer, 'dtype' | 'size'>): string => `${dtype}[${size}]`

const describeWorkspace = ({ buffers }: KernelPlan): string => {
  const largest = buffers.filter(({ role }) => role.kind === 'temporary').sort((a, b) => b.size - a.size)
  return `the workspace of a plan (largest arrays: ${largest.slice(0, 3).map(nameOf).join(', ') || 'none'})`
}

export interface GpuExecutable {
  readonly run: (inputs: readonly Value<Block>[], scalars: readonly number[]) => Promise<readonly Value<Block>[]>
  readonly measure: (inputs: readonly Value<Block>[], scalars: readonly number[]) => Promise<readonly number[]>
}

/**
 * Runs commands that use blocks. While it is not known whether all blocks have memory behind them, what the device says
 * of commands with one that has none is no news.
 */
export const guarded = <A>({ device, health, memory }: Runtime, commands: () => A): A => {
  const created = memory.settled()
  if (created === undefined) return commands()
  device.pushErrorScope('validation')
  try {
    return commands()
  } finally {
    Promise.all([created, device.popErrorScope()]).then(
      ([, error]) => error === null || health.fail(fault(error)),
      () => {},
    )
  }
}

export const createExecutable = (
  runtime: Runtime,
  source: KernelPlan,
  plan: Plan,
  { kernels, uniforms }: Commands,
  inputCount: number,
  { keep, donated }: RunOptions,
): GpuExecutable => {
  const { device, health, memory, readback, flight } = runtime
  const { buffers, outputs } = source
  const slotOf = regionsOf(source, inputCount).map(({ slot }) => slot)
  const workspaceBytes = Math.max(4 * plan.workspace, 256)
  const [slotOfHalves, halvesBytes] = [halvesSlot(source, inputCount), 2 * plan.halves]
  const inputs = Array.from({ length: inputCount }, (_, index) =>
    buffers.find(({ role }) => role.kind === 'input' && role.index === index),
  )
  /** Whether output `o` has a buffer of its own, and no earlier one. */
  const isOwn = outputs.map((buffer, o) => {
    const { role } = buffers[buffer]
    return role.kind === 'output' && role.index === o
  })

  /** Fills the slots; `done` gives back all that only this run needs, once it is submitted. */
  const begin = (values: readonly Value<Block>[]) => {
    const borrowed: Block[] = []
    const made: (Block | undefined)[] = []
    const slots: GPUBuffer[] = []
    const writes: (readonly [Block, Uint32Array])[] = []
    const done = (): void => {
      // The last one taken is the first to be taken again: a run like this one finds its buffers in the same places.
      for (let i = borrowed.length - 1; i >= 0; i--) memory.release(borrowed[i])
    }
    try {
      slots[workspaceSlot] = runtime.workspace(workspaceBytes, () => describeWorkspace(source))
      if (halvesBytes > 0) slots[slotOfHalves] = runtime.halves(halvesBytes, () => describeWorkspace(source))
      values.forEach((value, i) => {
        if (value.kind === 'device') {
          if (value.buffer.failure !== undefined) throw value.buffer.failure
          slots[1 + i] = value.buffer.buffer
          return
        }
        const words = wordsOf(value.data)
        const block = memory.acquire(bytesOf(words.length), () => `input ${i}, ${nameOf(inputs[i]!)}`)
        borrowed.push(block)
        writes.push([block, words])
        slots[1 + i] = block.buffer
      })
      outputs.forEach((buffer, o) => {
        if (!isOwn[o]) return
        const block = memory.acquire(bytesOf(buffers[buffer].size), () => `output ${o}, ${nameOf(buffers[buffer])}`)
        if (keep === 'host') borrowed.push(block)
        else made[o] = block
        slots[1 + inputCount + o] = block.buffer
      })
    } catch (error) {
      done()
      for (const block of made) if (block !== undefined) memory.release(block)
      values.forEach((value, i) => {
        if (donated[i] && value.kind === 'device') memory.release(value.buffer)
      })
      throw error
    }
    return { slots, made, writes, done }
  }

  /** Gives the bytes that were written. */
  const write = (writes: readonly (readonly [Block, Uint32Array])[], scalars: readonly number[]): number => {
    let bytes = uniforms.write(scalars)
    for (const [block, words] of writes) {
      if (words.length > 0) device.queue.writeBuffer(block.buffer, 0, words)
      bytes += words.byteLength
    }
    return bytes
  }

  const record = (encoder: GPUCommandEncoder, slots: readonly GPUBuffer[]): void => {
    if (kernels.length === 0) return
    const pass = encoder.beginComputePass()
    for (let i = 0; i < kernels.length; i++) kernels[i](pass, slots, 0)
    pass.end()
  }

  /** Every result its own block; what was donated and nothing took is given back. */
  const keepResults = (
    encoder: GPUCommandEncoder,
    values: readonly Value<Block>[],
    made: readonly (Block | undefined)[],
    slots: readonly GPUBuffer[],
  ): Value<Block>[] => {
    const taken = new Set<Block>()
    const given = (input: number): Block | undefined => {
      const value = values[input]
      return donated[input] && value.kind === 'device' ? value.buffer : undefined
    }
    const ownerOf = ({ role }: PlannedBuffer): Block | undefined => {
      if (role.kind === 'output') return made[role.index]
      if (role.kind === 'donated') return given(role.input)
      return role.kind === 'input' ? given(role.index) : undefined
    }
    const results = outputs.map((number): Value<Block> => {
      const planned = buffers[number]
      const own = ownerOf(planned)
      if (own !== undefined && !taken.has(own)) {
        taken.add(own)
        return { kind: 'device', buffer: own }
      }
      const copy = memory.acquire(bytesOf(planned.size), () => `a copy of ${nameOf(planned)}`)
      if (planned.size > 0) encoder.copyBufferToBuffer(slots[slotOf[number]], 0, copy.buffer, 0, 4 * planned.size)
      return { kind: 'device', buffer: copy }
    })
    values.forEach((_, i) => {
      const block = given(i)
      if (block !== undefined && !taken.has(block)) memory.release(block)
    })
    return results
  }

  const fetchResults = (slots: readonly GPUBuffer[]): Promise<readonly Value<Block>[]> =>
    Promise.all(
      outputs.map(async (number): Promise<Value<Block>> => {
        const { dtype, size } = buffers[number]
        return { kind: 'host', data: arrayFrom(await readback.read(slots[slotOf[number]], size), dtype, size) }
      }),
    )

  return {
    // Up to the submission nothing waits, so that runs and what they leave behind keep the order of the calls.
    run: async (values, scalars) => {
      health.check()
      const { slots, made, writes, done } = begin(values)
      const [results, written] = guarded(runtime, () => {
        const bytes = write(writes, scalars)
        const encoder = device.createCommandEncoder()
        record(encoder, slots)
        const after = keep === 'host' ? fetchResults(slots) : keepResults(encoder, values, made, slots)
        readback.append(encoder)
        device.queue.submit([encoder.finish()])
        readback.submitted()
        return [after, bytes] as const
      })
      done()
      // What fails below fails this run, and then nobody waits for the results.
      if (results instanceof Promise) results.catch(() => {})
      const behind = flight.submitted(written)
      const created = memory.settled()
      if (created !== undefined) await created
      if (behind !== undefined) await behind
      return results
    },
    measure: async (values, scalars) => {
      health.check()
      const { slots, writes, done } = begin(values)
      write(writes, scalars)
      const milliseconds = measure(
        runtime,
        kernels.map((kernel) => (pass) => kernel(pass, slots, 0)),
      )
      done()
      return milliseconds
    },
  }
}
