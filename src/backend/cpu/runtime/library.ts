/**
 * The compiled kernels of a device: a table of functions, each at a place of its own, found by the key of its structure.
 * All functions that a plan lacks are compiled as one module.
 */
import { assemble, type Entry, importNames } from '../emit/module.js'
import type { KernelSource } from '../plan/launch.js'
import { type Memory, maximumPages } from './memory.js'

export interface Library {
  /** The place in the table of the function for each source. */
  readonly places: (sources: readonly KernelSource[]) => Int32Array
  /** The function itself, for calls from outside. */
  readonly function: (source: KernelSource) => (...args: readonly number[]) => void
  /** Is told the bytes of every module, that other threads may have the same table. */
  readonly modules: () => readonly Uint8Array<ArrayBuffer>[]
  readonly size: () => number
}

/** Instances are all alike: they import the memory and the table, and write themselves into it. */
export const instantiate = (
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  table: WebAssembly.Table,
): WebAssembly.Instance =>
  new WebAssembly.Instance(module, {
    [importNames.module]: { [importNames.memory]: memory, [importNames.table]: table },
  })

export const createLibrary = (memory: Memory): Library => {
  // Place 0 stays empty: it means no function.
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' })
  const known = new Map<string, number>()
  const compiled: Uint8Array<ArrayBuffer>[] = []

  const add = (sources: ReadonlyMap<string, KernelSource>): void => {
    const first = table.length
    table.grow(sources.size)
    const entries: Entry[] = [...sources.values()].map(({ write }, i) => ({
      place: first + i,
      definition: write(),
    }))
    const bytes = assemble(entries, { shared: memory.shared, maximumPages })
    instantiate(new WebAssembly.Module(bytes), memory.wasm, table)
    compiled.push(bytes)
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
    function: (source) => table.get(places([source])[0]) as (...args: readonly number[]) => void,
    modules: () => compiled,
    size: () => table.length,
  }
}
