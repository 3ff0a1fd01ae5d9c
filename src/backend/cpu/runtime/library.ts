/**
 * The compiled kernels of a device: a table of functions, each at a place of its own, found by the key of its structure.
 * All functions that a plan lacks are compiled as one module.
 */
import { assemble, type Entry, importNames, wrap } from '../emit/module.js'
import { type KernelSource, kernelType } from '../plan/launch.js'
import { type Memory, maximumPages } from './memory.js'

export interface Library {
  /** The place in the table of the function for each source. */
  readonly places: (sources: readonly KernelSource[]) => Int32Array
  /** Gives a JavaScript function a place, so that launches of `source` call it. Other threads do not have it. */
  readonly adopt: (source: KernelSource, kernel: (...args: readonly number[]) => void) => void
  /** The function itself, for calls from outside. */
  readonly function: (source: KernelSource) => (...args: readonly number[]) => void
}

/** `compiled` hears of every module, and how long the table is with it: other threads need the same. */
export const createLibrary = (
  memory: Memory,
  compiled: (bytes: Uint8Array<ArrayBuffer>, tableLength: number) => void,
): Library => {
  // Place 0 stays empty: it means no function.
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' })
  const known = new Map<string, number>()

  const add = (sources: ReadonlyMap<string, KernelSource>): void => {
    const first = table.length
    table.grow(sources.size)
    const entries: Entry[] = [...sources.values()].map(({ write }, i) => ({
      place: first + i,
      definition: write(),
    }))
    const bytes = assemble(entries, { shared: memory.shared, maximumPages })
    new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      [importNames.module]: { [importNames.memory]: memory.wasm, [importNames.table]: table },
    })
    compiled(bytes, table.length)
    let place = first
    for (const key of sources.keys()) known.set(key, place++)
  }

  const places = (sources: readonly KernelSource[]): Int32Array => {
    const missing = new Map(sources.filter(({ key }) => !known.has(key)).map((source) => [source.key, source]))
    if (missing.size > 0) add(missing)
    return Int32Array.from(sources, ({ key }) => known.get(key)!)
  }
  return {
    places,
    adopt: ({ key }, kernel) => {
      const place = table.length
      table.grow(1)
      new WebAssembly.Instance(new WebAssembly.Module(wrap(place, kernelType)), {
        [importNames.module]: { [importNames.table]: table, [importNames.function]: kernel },
      })
      known.set(key, place)
    },
    function: (source) => table.get(places([source])[0]) as (...args: readonly number[]) => void,
  }
}
