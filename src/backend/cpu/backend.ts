/** The WebAssembly backend. */
import type { HostArray } from '../../array/dtype.js'
import type { Backend, Executable } from '../../engine/backend.js'
import { describePlan } from '../../engine/describe.js'
import { lower } from '../../engine/lower.js'
import { allocateBuffer, type CpuBuffer, createExecutable } from './runtime/executable.js'
import { createRuntime } from './runtime/runtime.js'
import { copyIn, copyOut } from './runtime/transfer.js'

export type { CpuBuffer } from './runtime/executable.js'

/** float32, int32, uint32 and bool; the reference backend has float64. */
export const cpuBackend = (): Backend<CpuBuffer, 'sync'> => {
  const runtime = createRuntime()
  const { memory } = runtime
  return {
    name: 'cpu',
    mode: 'sync',
    dtypes: ['float32', 'int32', 'uint32', 'bool'],
    compile: (program, options): Executable<CpuBuffer, 'sync'> => {
      const plan = lower(program, options)
      const executable = createExecutable(runtime, plan, program.inputs.length, options)
      return { run: executable.run, describe: () => describePlan(plan), dispose: executable.dispose }
    },
    upload: (data: HostArray, dtype) => {
      const buffer = allocateBuffer(runtime, data.length, dtype)
      copyIn(memory, buffer.address, data)
      return buffer
    },
    download: (buffer, dtype, size) => copyOut(memory, buffer.address, dtype, size),
    release: ({ address, bytes }) => memory.free(address, bytes),
  }
}
