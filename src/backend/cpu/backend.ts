/** The WebAssembly backend. */
import type { HostArray } from '../../array/dtype.js'
import { fail } from '../../array/error.js'
import type { Backend, Executable } from '../../engine/backend.js'
import { describePlan } from '../../engine/describe.js'
import type { DeviceOptions } from '../../engine/device.js'
import { fewerThreads } from '../../engine/event.js'
import { lower } from '../../engine/lower.js'
import type { ExternalMatmul } from './option/external.js'
import { hasRelaxedSimd } from './option/relaxed.js'
import { usualWorth } from './plan/sharing.js'
import { usualLimits } from './plan/winograd.js'
import { allocateBuffer, type CpuBuffer } from './runtime/executable.js'
import { createRuntime, type Runtime } from './runtime/runtime.js'
import { copyIn, copyOut } from './runtime/transfer.js'
import { createTwins } from './runtime/twins.js'

export type { CpuBuffer } from './runtime/executable.js'

/** How `cpu` computes. All is off unless told. */
export interface CpuOptions {
  /**
   * How many threads compute, the calling one among them; 1 unless told. Where threads cannot share memory (a page's own
   * thread, pages that are not isolated from other origins, Node before 20.16) it is 1 whatever was asked for, and fewer
   * where workers may not begin (a page's content security policy without `worker-src blob:`): the device's
   * `settings.threads` says what it is, and `onEvent` is told. In a browser they begin when an asynchronous call, such as
   * `evaluate` or a fold, gives the event loop a turn; before that, and for synchronous calls alone, one thread does all.
   */
  readonly threads?: number
  /**
   * Whether matrix products and convolutions may use relaxed SIMD, which is faster, and whose bits depend on the
   * processor; false unless told. It is an error where the JavaScript engine has none: see `hasRelaxedSimd`.
   */
  readonly fastMath?: boolean
  /**
   * Whether convolutions with filters of 3 by 3, stride 1 and one group, and the gradients of their inputs, take
   * Winograd's algorithm F(2x2, 3x3) where they have 16 to 750 channels on either side and 32 tiles of 2 by 2 results or
   * more; false unless told. It multiplies 2.25 times less and sums in another order: bits are not those of the
   * reference, but the same on every machine and for any number of threads. Errors are about as large. An infinity or
   * a NaN in an image reaches all results of its tiles.
   */
  readonly winograd?: boolean
  /**
   * Another library for large products of plain matrices, such as `openblas` of `pullback/node`. Bits then depend on the
   * library, and on the processor and the number of threads if its do. What it does not take (small products, vectors,
   * convolutions) stays our own.
   */
  readonly matmul?: ExternalMatmul
}

const name = 'cpu'

/**
 * The backend of `cpu`: programs as WebAssembly of float32, int32, uint32 and bool; the reference backend has float64.
 * `onEvent` is told of threads that are missing.
 *
 * @throws PullbackError when threads are no positive whole number, or `fastMath` is asked for where there is none
 * @example
 * import { deviceOf, tensor } from 'pullback'
 * import { cpuBackend } from 'pullback/cpu'
 *
 * deviceOf(cpuBackend()).evaluateSync(tensor([1, 2])).shape // => [2]
 */
export const cpuBackend = ({
  threads = 1,
  fastMath = false,
  winograd = false,
  matmul,
  onEvent,
}: CpuOptions & Pick<DeviceOptions, 'onEvent'> = {}): Backend<CpuBuffer, 'sync'> => {
  if (!Number.isInteger(threads) || threads < 1)
    fail('cpu', 'a whole number of threads, 1 or more', String(threads), 'Write cpu({ threads: 2 }).')
  if (fastMath && !hasRelaxedSimd())
    fail(
      'cpu',
      'relaxed SIMD, which fastMath uses',
      'a JavaScript engine without it',
      'Use Node 21 or later, start Node 20 with --experimental-wasm-relaxed-simd, or write cpu({ fastMath: hasRelaxedSimd() }).',
    )
  return backendOn(
    createRuntime(threads, usualWorth, {
      arithmetic: fastMath ? 'relaxed' : 'exact',
      winograd: winograd ? usualLimits : undefined,
      matmul,
      onFewer: (got) => onEvent?.(fewerThreads(name, threads, got)),
    }),
  )
}

export const backendOn = (runtime: Runtime): Backend<CpuBuffer, 'sync'> => {
  const { memory, products, matmul } = runtime
  const twins = createTwins(runtime)
  return {
    name,
    get settings() {
      return {
        threads: runtime.threads(),
        fastMath: products.arithmetic === 'relaxed',
        winograd: products.winograd !== undefined,
        matmul: matmul?.name ?? 'own',
      }
    },
    starting: runtime.starting,
    mode: 'sync',
    dtypes: ['float32', 'int32', 'uint32', 'bool'],
    compile: (program, options): Executable<CpuBuffer, 'sync'> => {
      const plan = lower(program, options)
      const executable = twins.executable(plan, program.inputs.length, options)
      const { run, measure, dispose } = executable
      // Kernels need room of their own beside the temporaries between them.
      const describe = () => ({
        kernels: describePlan(plan).kernels.map((kernel, i) => executable.plan.kernels[i].describe?.(kernel) ?? kernel),
        workspaceBytes: 4 * executable.plan.workspace,
      })
      return { run, measure, describe, dispose }
    },
    upload: (data: HostArray, dtype) => {
      const buffer = allocateBuffer(runtime, data.length, dtype)
      copyIn(memory, buffer.address, data)
      return buffer
    },
    download: (buffer, dtype, size) => copyOut(memory, buffer.address, dtype, size),
    release: (buffer) => {
      twins.forget(buffer)
      memory.free(buffer.address, buffer.bytes)
    },
  }
}
