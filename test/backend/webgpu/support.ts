/** The runtime on this machine's GPU, for tests of what a user does not see. Where there is none, tests are skipped. */
import { describe, it } from 'vitest'
import type { DType, HostArray } from '../../../src/array/dtype.js'
import { type Opened, openGpu, thisWorld } from '../../../src/backend/webgpu/adapter.js'
import { deviceOn } from '../../../src/backend/webgpu/device.js'
import { type Limits, noSubgroups } from '../../../src/backend/webgpu/dispatch.js'
import { planProgram } from '../../../src/backend/webgpu/plan.js'
import { createCommands } from '../../../src/backend/webgpu/runtime/commands.js'
import { createExecutable, type GpuExecutable } from '../../../src/backend/webgpu/runtime/executable.js'
import type { Block } from '../../../src/backend/webgpu/runtime/memory.js'
import { createRuntime, type Runtime } from '../../../src/backend/webgpu/runtime/runtime.js'
import type { RunOptions, Value } from '../../../src/engine/backend.js'
import type { Device } from '../../../src/engine/device.js'
import type { KernelPlan } from '../../../src/engine/kernel.js'
import { fromWords } from '../../engine/interpreter.js'

/** Opens a device of its own. */
export const open = async (limits: Partial<Limits> = {}, storage?: 'float16'): Promise<Opened> => {
  const opened = await openGpu({ limits, ...(storage && { storage }) }, thisWorld())()
  if (opened._tag === 'Left') throw opened.left
  return opened.right
}

export const mebibyte = 2 ** 20

/** A runtime, and the device that it makes. */
export const openRuntime = async (
  limits: Partial<Limits> = {},
  budget = 256 * mebibyte,
): Promise<{ readonly runtime: Runtime; readonly device: Device }> => {
  const runtime = createRuntime(await open(limits), budget)
  return { runtime, device: deviceOn(runtime) }
}

/** The same, with values between kernels of `fewest` elements or more stored as halves; as many as users get unless told. */
export const openHalves = async (
  limits: Partial<Limits> = {},
  fewest?: number,
): Promise<{ readonly runtime: Runtime; readonly device: Device }> => {
  const runtime = createRuntime(await open(limits, 'float16'), 256 * mebibyte, fewest)
  return { runtime, device: deviceOn(runtime) }
}

const missing = await open().then(
  ({ device }) => {
    device.destroy()
    return undefined
  },
  (error: Error) => error.message,
)
if (missing !== undefined) {
  if (process.env.PULLBACK_REQUIRE_DEVICES === '1') throw new Error(missing)
  console.warn(missing)
}

/** Tests that need a GPU. Where there is none, `body` is not even looked at: it opens devices. */
export const onGpu = (name: string, body: () => void | Promise<void>): void => {
  if (missing === undefined) describe(name, body)
  else describe.skip(name, () => it('needs a GPU', () => {}))
}

/** What the smallest adapter can do that the library takes. */
export const leastLimits: Limits = {
  storageBuffers: 10,
  bindingElements: (128 * mebibyte) / 4,
  invocations: 256,
  workgroupMemory: 16384,
  workgroups: 65535,
  subgroups: noSubgroups,
  software: false,
}

/** A plan that is ready to run. */
export const executableOf = async (
  runtime: Runtime,
  plan: KernelPlan,
  inputs: number,
  options: RunOptions,
): Promise<GpuExecutable> => {
  const planned = planProgram(plan, inputs, runtime.limits)
  return createExecutable(runtime, plan, planned, await createCommands(runtime, planned), inputs, options)
}

export const onHost = (data: HostArray): Value<Block> => ({ kind: 'host', data })

/** What a value holds. */
export const contents = async ({ readback }: Runtime, value: Value<Block>, dtype: DType, size: number) =>
  value.kind === 'host' ? value.data : fromWords(await readback.read(value.buffer.buffer, size), dtype)
