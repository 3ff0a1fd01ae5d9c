/**
 * Which resident buffers have twins: see plan/twin.ts. A twin is made when a matrix that was placed meets a vector for the
 * second time, is kept with the buffer, and goes when the buffer is released or given up.
 */
import type { RunOptions, Value } from '../../../engine/backend.js'
import type { KernelPlan } from '../../../engine/kernel.js'
import { type Twin, type Twinned, twinned, twinPlan, twinSize } from '../plan/twin.js'
import { type CpuBuffer, type CpuExecutable, createExecutable } from './executable.js'
import type { Runtime } from './runtime.js'

/** Bytes that all twins of a device may take. */
const mostBytes = 1 << 26

interface Known {
  uses: number
  readonly twins: Map<string, CpuBuffer>
}

export interface Twins {
  /** As `createExecutable`, with twins where they help. */
  readonly executable: (plan: KernelPlan, inputs: number, options: RunOptions) => CpuExecutable
  /** The contents of the buffer are no longer what they were. */
  readonly forget: (buffer: CpuBuffer) => void
}

type Values = readonly Value<CpuBuffer>[]

export const createTwins = (runtime: Runtime): Twins => {
  const known = new WeakMap<CpuBuffer, Known>()
  let held = 0

  const make = (buffer: CpuBuffer, twin: Twin): CpuBuffer => {
    const executable = createExecutable(runtime, twinPlan(twin, buffer.bytes / 4), 1, {
      keep: 'device',
      donated: [false],
    })
    const [made] = executable.run([{ kind: 'device', buffer }], [])
    executable.dispose()
    held += 4 * twinSize(twin)
    return (made as { readonly buffer: CpuBuffer }).buffer
  }

  const twinOf = (buffer: CpuBuffer, twin: Twin): CpuBuffer | undefined => {
    const entry = known.get(buffer) ?? { uses: 0, twins: new Map<string, CpuBuffer>() }
    if (entry.uses === 0) known.set(buffer, entry)
    entry.uses++
    if (entry.uses < 2) return undefined
    const { offset, columns, depth, stride } = twin
    const key = `${offset} ${columns} ${depth} ${stride}`
    const found = entry.twins.get(key)
    if (found !== undefined || held + 4 * twinSize(twin) > mostBytes) return found
    const made = make(buffer, twin)
    entry.twins.set(key, made)
    return made
  }

  /** The inputs and their twins, if all are there. */
  const withTwins = (inputs: Values, twins: readonly Twin[]): Values | undefined => {
    const values = [...inputs]
    for (const twin of twins) {
      const value = inputs[twin.input]
      const made = value.kind === 'device' ? twinOf(value.buffer, twin) : undefined
      if (made !== undefined) values.push({ kind: 'device', buffer: made })
    }
    return values.length === inputs.length + twins.length ? values : undefined
  }

  const forget = (buffer: CpuBuffer): void => {
    const entry = known.get(buffer)
    if (entry === undefined) return
    known.delete(buffer)
    for (const { address, bytes } of entry.twins.values()) {
      runtime.memory.free(address, bytes)
      held -= bytes
    }
  }

  /** The executable, which tells what it is given for good. */
  const forgetting = (executable: CpuExecutable, donated: readonly boolean[]): CpuExecutable =>
    donated.includes(true)
      ? {
          ...executable,
          run: (inputs, scalars) => {
            inputs.forEach((value, i) => {
              if (donated[i] && value.kind === 'device') forget(value.buffer)
            })
            return executable.run(inputs, scalars)
          },
        }
      : executable

  const alternating = (plain: CpuExecutable, { plan, twins }: Twinned, options: RunOptions): CpuExecutable => {
    let second: CpuExecutable | undefined
    /** The executable for these inputs, and what to give it. */
    const choose = (inputs: Values): readonly [CpuExecutable, Values] => {
      const values = withTwins(inputs, twins)
      if (values === undefined) return [plain, inputs]
      const donated = [...options.donated, ...twins.map(() => false)]
      second ??= createExecutable(runtime, plan, values.length, { ...options, donated })
      return [second, values]
    }
    return {
      plan: plain.plan,
      run: (inputs, scalars) => {
        const [executable, values] = choose(inputs)
        return executable.run(values, scalars)
      },
      measure: (inputs, scalars) => {
        const [executable, values] = choose(inputs)
        return executable.measure(values, scalars)
      },
      dispose: () => {
        plain.dispose()
        second?.dispose()
      },
    }
  }

  return {
    executable: (plan, inputs, options) => {
      const plain = createExecutable(runtime, plan, inputs, options)
      const better = runtime.matmul === undefined ? twinned(plan, inputs, options.donated) : undefined
      return forgetting(better === undefined ? plain : alternating(plain, better, options), options.donated)
    },
    forget,
  }
}
