/** What all plans of a device share. */
import { gemmScratch } from '../kernel/matmul/gemm.js'
import type { Arithmetic } from '../kernel/matmul/micro.js'
import { sequence } from '../kernel/sequence.js'
import { sharedSequence, work } from '../kernel/threads.js'
import { winogradScratch } from '../kernel/winograd/layout.js'
import { type ExternalMatmul, externalKernel } from '../option/external.js'
import { usualLeastWork } from '../plan/external.js'
import type { KernelSource, Products, WinogradLimits } from '../plan/launch.js'
import { alone, type Sharing, usualWorth } from '../plan/sharing.js'
import { createLibrary, type Library } from './library.js'
import { createMemory, type Memory } from './memory.js'
import { createRegion, type Region } from './region.js'
import { canShare, startWorkers, type Workers } from './workers.js'

export interface Runtime {
  readonly memory: Memory
  readonly library: Library
  /** Temporaries, and arrays on their way in and out. */
  readonly workspace: Region
  /** One thread where they cannot share memory. */
  readonly sharing: Sharing
  /** How many compute: workers may turn out not to begin. */
  readonly threads: () => number
  readonly products: Products
  /** The library that `products.external` calls. */
  readonly matmul: ExternalMatmul | undefined
  /** Whether workers have not begun that need a turn of the event loop for it. */
  readonly starting: () => boolean
  /** What runs lists of launches: a plan that asks for it with its own functions spares it a module. */
  readonly sequence: KernelSource
  /** Runs the launches listed at `list`. */
  readonly run: (list: number, end: number) => void
}

export interface RuntimeOptions {
  readonly arithmetic?: Arithmetic
  readonly matmul?: ExternalMatmul | undefined
  /** See plan/external.ts. */
  readonly leastWork?: number
  /** See plan/winograd.ts. */
  readonly winograd?: WinogradLimits | undefined
  /** Is told of fewer threads than were asked for, once it is known how many begin. */
  readonly onFewer?: (threads: number) => void
}

const externalSource: KernelSource = {
  key: 'external matmul',
  write: () => {
    throw new Error('pullback: a function that was adopted is not written; please report this')
  },
}

/** `worth`: see plan/sharing.ts. */
export const createRuntime = (
  asked = 1,
  worth = usualWorth,
  { arithmetic = 'exact', matmul, leastWork = usualLeastWork, winograd, onFewer = () => {} }: RuntimeOptions = {},
): Runtime => {
  const sharing = asked > 1 && canShare() ? { threads: asked, worth } : alone
  const { threads } = sharing
  const memory = createMemory(threads > 1)
  const scratches = Array.from({ length: threads }, () =>
    memory.allocate(Math.max(gemmScratch, winogradScratch), 'scratch'),
  )
  let workers: Workers | undefined
  const library = createLibrary(memory, (bytes, tableLength) => workers?.announce(bytes, tableLength))
  if (threads < asked) onFewer(threads)
  if (threads > 1) {
    workers = startWorkers(memory, scratches.slice(1), (missing) => onFewer(threads - missing))
    // Workers expect their loop to be the first function of all.
    library.places([{ key: 'work', write: () => work }])
  }
  if (matmul !== undefined) library.adopt(externalSource, externalKernel(matmul, memory))
  const source: KernelSource = { key: 'sequence', write: () => (threads > 1 ? sharedSequence : sequence) }
  let run: ((...args: readonly number[]) => void) | undefined
  return {
    memory,
    library,
    sharing,
    threads: () => threads - (workers?.missing() ?? 0),
    products: {
      arithmetic,
      ...(matmul === undefined ? {} : { external: { source: externalSource, leastWork } }),
      ...(winograd === undefined ? {} : { winograd }),
    },
    matmul,
    workspace: createRegion(memory),
    starting: () => workers?.starting() ?? false,
    sequence: source,
    run: (list, end) => {
      run ??= library.function(source)
      run(list, end, scratches[0])
    },
  }
}
