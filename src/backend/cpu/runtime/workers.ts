/**
 * Worker threads of a device: they share its memory, and load its modules into tables of their own. Their code is one
 * string, for there is no file that every bundler would find. They do not keep a process alive.
 */
import { importNames } from '../emit/module.js'
import { control } from '../kernel/threads.js'
import type { Memory } from './memory.js'

/** What a worker is started with. */
interface Start {
  readonly memory: WebAssembly.Memory
  readonly scratch: number
}

/** Runs in the worker; it must not use anything from outside. */
const body = `
const run = ({ memory, scratch }) => {
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' })
  let at = ${control.modules >> 2}
  let version = 0
  const words = () => new Int32Array(memory.buffer)
  Atomics.add(words(), ${control.started >> 2}, 1)
  while (Atomics.load(words(), ${control.stop >> 2}) === 0) {
    while (version < Atomics.load(words(), ${control.version >> 2})) {
      const view = words()
      at = view[at] >>> 2
      const bytes = new Uint8Array(memory.buffer, 4 * (at + 3), view[at + 1]).slice()
      table.grow(view[at + 2] - table.length)
      new WebAssembly.Instance(new WebAssembly.Module(bytes), { ${importNames.module}: { ${importNames.memory}: memory, ${importNames.table}: table } })
      version++
    }
    // The loop of kernel/threads.ts is the first function of the first module.
    if (version > 0) table.get(1)(scratch, version)
    else Atomics.wait(words(), ${control.epoch >> 2}, 0)
  }
}
`
// As a script or as a module, whichever the process's flags make of it.
const nodeCode = `${body}run(process.getBuiltinModule('node:worker_threads').workerData)`
const browserCode = `${body}onmessage = ({ data }) => { postMessage('begun'); run(data); close() }`

interface NodeWorker {
  readonly unref: () => void
}
interface NodeWorkerOptions {
  readonly eval: true
  readonly workerData: Start
  readonly execArgv: readonly string[]
}
interface NodeThreads {
  readonly Worker: new (code: string, options: NodeWorkerOptions) => NodeWorker
}
interface Platform {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown }
  readonly crossOriginIsolated?: boolean
  readonly document?: unknown
}
const platform = globalThis as Platform

const nodeThreads = (): NodeThreads | undefined =>
  platform.process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined

/**
 * Whether threads can be had here: in Node, and in the workers of pages that are isolated from other origins. A page's
 * own thread may not wait for others.
 */
export const canShare = (): boolean =>
  nodeThreads() !== undefined ||
  (platform.crossOriginIsolated === true && platform.document === undefined && typeof Worker === 'function')

/** A page's policy may refuse the script, at once or later, and Node's permissions a worker: then it is `missing`. */
const startWorker = (start: Start, begun: () => void, missing: () => void): void => {
  try {
    const threads = nodeThreads()
    if (threads !== undefined) {
      // Loaders that the process was started with are nothing to a worker, and would keep it from starting at once.
      new threads.Worker(nodeCode, { eval: true, workerData: start, execArgv: [] }).unref()
      begun()
      return
    }
    const url = URL.createObjectURL(new Blob([browserCode], { type: 'text/javascript' }))
    const worker = new Worker(url)
    worker.onmessage = begun
    worker.onerror = missing
    worker.postMessage(start)
    URL.revokeObjectURL(url)
  } catch {
    missing()
  }
}

export interface Workers {
  /** Lets the workers load a module; functions of it may be shared from then on. */
  readonly announce: (bytes: Uint8Array<ArrayBuffer>, tableLength: number) => void
  /** A browser's workers begin when the thread that made them has come back to its event loop. */
  readonly starting: () => boolean
  /** How many will not begin, as far as is known. */
  readonly missing: () => number
}

/** `onMissing` is told once how many workers do not begin, if any, when it is known of each of them. */
export const startWorkers = (
  memory: Memory,
  scratches: readonly number[],
  onMissing: (missing: number) => void,
): Workers => {
  let [begun, missing] = [0, 0]
  const settle = (): void => {
    if (missing > 0 && begun + missing === scratches.length) onMissing(missing)
  }
  for (const scratch of scratches)
    startWorker(
      { memory: memory.wasm, scratch },
      () => {
        begun++
        settle()
      },
      () => {
        missing++
        settle()
      },
    )
  let last: number = control.modules
  return {
    starting: () => nodeThreads() === undefined && memory.words()[control.started >> 2]! < scratches.length - missing,
    missing: () => missing,
    announce: (bytes, tableLength) => {
      const node = memory.allocate(12 + bytes.length, 'code')
      const words = memory.words()
      words.set([0, bytes.length, tableLength], node >>> 2)
      new Uint8Array(words.buffer).set(bytes, node + 12)
      words[last >>> 2] = node
      last = node
      Atomics.add(words, control.version >> 2, 1)
      Atomics.add(words, control.epoch >> 2, 1)
      Atomics.notify(words, control.epoch >> 2)
      // Who is in now may not have seen the new version, and must be gone before the next task.
      for (;;) {
        const active = Atomics.load(words, control.active >> 2)
        if (active === 0) return
        Atomics.wait(words, control.active >> 2, active, 1)
      }
    },
  }
}
