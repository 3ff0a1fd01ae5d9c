/** What all plans of a device share. */
import { gemmScratch } from '../kernel/matmul/gemm.js'
import { sequence } from '../kernel/sequence.js'
import { createLibrary, type Library } from './library.js'
import { createMemory, type Memory } from './memory.js'
import { createRegion, type Region } from './region.js'

export interface Runtime {
  readonly memory: Memory
  readonly library: Library
  /** Temporaries, and arrays on their way in and out. */
  readonly workspace: Region
  /** Runs the launches listed at `list`. */
  readonly run: (list: number, end: number) => void
}

export const createRuntime = (): Runtime => {
  const memory = createMemory(false)
  const library = createLibrary(memory)
  const scratch = memory.allocate(gemmScratch, 'scratch')
  let run: ((...args: readonly number[]) => void) | undefined
  return {
    memory,
    library,
    workspace: createRegion(memory),
    run: (list, end) => {
      run ??= library.function({ key: 'sequence', write: () => sequence })
      run(list, end, scratch)
    },
  }
}
