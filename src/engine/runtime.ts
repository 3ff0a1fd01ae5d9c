/**
 * How a device runs a tree: canonical code, plan, run, and leaves of what comes out. One implementation for backends
 * that answer at once and those that answer later; what decides about ownership happens before the first answer.
 */
import { hostArrayFrom } from '../array/dtype.js'
import { fail } from '../array/error.js'
import { type DeviceStorage, type HostStorage, type Node, nextMark, type Storage } from '../array/node.js'
import { sizeOf } from '../array/shape.js'
import { type AnyTensor, leaf, tensorOf } from '../array/tensor.js'
import { leaves, unflatten } from '../array/tree.js'
import type { Backend, RunOptions, Value } from './backend.js'
import { Canonicalizer } from './canonical/canonicalizer.js'
import { decode } from './canonical/decode.js'
import { createDonations } from './donations.js'
import { checkDtype, checkDtypes } from './dtypes.js'
import { type DeviceEvent, planMisses } from './event.js'
import { type ExplainOptions, type Explanation, explanation, timed } from './explain.js'
import { type AnyBackend, type AnyExecutable, after, type MaybePromise } from './maybePromise.js'
import { createPause } from './pause.js'
import { type CacheEntry, familyOf, manyMisses, PlanCache } from './planCache.js'
import { bytesOf, Residence } from './residence.js'
import { sourceOf, storageOf } from './source.js'
import { createTurns } from './turns.js'

interface Plan<Buffer> {
  readonly executable: MaybePromise<AnyExecutable<Buffer>>
  readonly programSize: number
}

export interface Runtime {
  readonly evaluate: <T>(tree: T) => MaybePromise<T>
  readonly advance: <T>(path: string, tree: T, donated: unknown) => MaybePromise<T>
  readonly read: <T>(tree: T) => MaybePromise<T>
  readonly explain: (tree: unknown, options: ExplainOptions) => MaybePromise<Explanation>
  /** Lets a macrotask pass when much was made since the last one, so that the garbage collector's word gets through. */
  readonly pause: <T>(result: MaybePromise<T>) => Promise<T>
}

export const makeRuntime = <Buffer>(
  given: Backend<Buffer, 'sync'> | Backend<Buffer, 'async'>,
  capacity: number,
  onEvent: (event: DeviceEvent) => void,
): Runtime => {
  const backend = given as AnyBackend<Buffer>
  const { name } = backend
  const turns = createTurns()
  const residence = new Residence<Buffer>(name, {}, (buffer) => turns.afterAll(() => backend.release(buffer)))
  const pause = createPause(backend, residence)
  const canonicalizer = new Canonicalizer()
  const givenUp = createDonations((storage) => residence.copyOf(storage))
  const cache = new PlanCache<Plan<Buffer>>(capacity, ({ executable }) => {
    after(executable, (ready) => ready.dispose())
  })

  /** The plan of the last walk, which was over the graph of `roots`. */
  const planOf = (path: string, roots: readonly Node[], options: RunOptions): CacheEntry<Plan<Buffer>> => {
    canonicalizer.append(options.keep === 'host' ? -2 : -3)
    for (let i = 0; i < options.donated.length; i++) if (options.donated[i]) canonicalizer.append(i)
    const found = cache.find(canonicalizer.code, canonicalizer.length, () => canonicalizer.hash())
    if (found !== undefined) {
      canonicalizer.forget()
      return found
    }
    const hash = canonicalizer.hash()
    const code = canonicalizer.code.slice(0, canonicalizer.length)
    canonicalizer.note(roots)
    const program = decode(canonicalizer)
    canonicalizer.forget()
    checkDtypes(path, backend, program)
    const executable = backend.compile(program, options)
    const plan = { executable, programSize: program.instructions.length }
    const family = familyOf(program)
    const entry = cache.add(code, hash, family, plan)
    if (executable instanceof Promise) executable.catch(() => cache.remove(entry))
    const misses = cache.missesOf(family)
    if (misses === manyMisses + 1) onEvent(planMisses(name, path, misses, program))
    return entry
  }

  const run = (
    entry: CacheEntry<Plan<Buffer>>,
    values: readonly Value<Buffer>[],
    scalars: readonly number[],
  ): MaybePromise<readonly Value<Buffer>[]> => {
    const { executable } = entry.plan
    if (backend.mode === 'sync') return (executable as AnyExecutable<Buffer>).run(values, scalars)
    cache.enter(entry)
    return turns.next(executable, async (ready) => ready.run(values, scalars)).finally(() => cache.leave(entry))
  }

  const inputValue = (path: string, storage: Storage): Value<Buffer> => {
    if (storage.kind === 'device') return { kind: 'device', buffer: residence.bufferOf(path, storage) }
    const copy = residence.copyOf(storage)
    if (copy !== undefined) return { kind: 'device', buffer: residence.bufferOf(path, copy) }
    return { kind: 'host', data: storage.data }
  }

  const upload = (path: string, node: Node, storage: HostStorage): Buffer => {
    checkDtype(path, backend, node)
    return backend.upload(storage.data, node.dtype)
  }
  const byteLength = (node: Node): number => sizeOf(node.shape) * bytesOf(node.dtype)

  /** The tree, whose leaves are `list`, with each source replaced: those that are data by `settle`, the others by what `compute` makes of them. */
  const replace = <T>(
    tree: T,
    list: readonly AnyTensor[],
    settle: (source: Node) => MaybePromise<AnyTensor> | undefined,
    compute: (pending: readonly Node[]) => MaybePromise<readonly AnyTensor[]>,
  ): MaybePromise<T> => {
    const mark = nextMark()
    const pending: Node[] = []
    let waits = false
    /** For each leaf what it is already, or the number of its result. */
    const settled = list.map((x): MaybePromise<AnyTensor> | number => {
      const source = sourceOf(x)
      const done = settle(source)
      if (done !== undefined) {
        waits ||= done instanceof Promise
        return done
      }
      if (source.mark !== mark) {
        source.mark = mark
        source.position = pending.length
        pending.push(source)
      }
      return source.position
    })
    return after(compute(pending), (results) => {
      const all = settled.map((done) => (typeof done === 'number' ? results[done] : done))
      return after(waits ? Promise.all(all) : (all as readonly AnyTensor[]), (all) => unflatten(tree, all))
    })
  }

  const download = (path: string, node: Node, storage: DeviceStorage): MaybePromise<AnyTensor> =>
    after(backend.download(residence.bufferOf(path, storage), node.dtype, sizeOf(node.shape)), (data) =>
      leaf({ kind: 'host', data }, node.shape, node.dtype),
    )

  const onHost = (path: string, node: Node): MaybePromise<AnyTensor> | undefined => {
    const storage = storageOf(node)
    if (storage?.kind === 'host') return tensorOf(node)
    if (storage?.kind === 'device') return download(path, node, storage)
    if (node.op !== 'literal') return undefined
    return leaf({ kind: 'host', data: hostArrayFrom(node.dtype, [node.payload as number]) }, node.shape, node.dtype)
  }

  const evaluatePending = (pending: readonly Node[]): MaybePromise<readonly AnyTensor[]> => {
    if (pending.length === 0) return []
    canonicalizer.walk(pending)
    const { storages, scalars } = canonicalizer
    const values = storages.map((storage) => inputValue('evaluate', storage))
    const entry = planOf('evaluate', pending, { donated: storages.map(() => false), keep: 'host' })
    return after(run(entry, values, scalars), (results) =>
      results.map((value, i) => {
        if (value.kind !== 'host') throw new Error(`pullback: ${name} kept a result; please report this`)
        return leaf({ kind: 'host', data: value.data }, pending[i].shape, pending[i].dtype)
      }),
    )
  }

  const advancePending = (
    path: string,
    pending: readonly Node[],
    gone: readonly Storage[],
  ): MaybePromise<readonly AnyTensor[]> => {
    if (pending.length === 0) {
      for (const storage of gone) if (storage.kind === 'device') residence.free(path, storage)
      return []
    }
    canonicalizer.walk(pending)
    const { storages, leaves: read, scalars, repeated } = canonicalizer
    // An error must come before anything is given up.
    for (const storage of storages) residence.check(path, storage)
    for (const storage of gone) residence.check(path, storage)
    const donated = new Array<boolean>(storages.length).fill(false)
    const unread: DeviceStorage[] = []
    for (const storage of gone) {
      const input = canonicalizer.inputOf(storage)
      if (input >= 0) donated[input] = !repeated.has(storage)
      else if (storage.kind === 'device') unread.push(storage)
    }
    const entry = planOf(path, pending, { donated, keep: 'device' })
    // First of all, or an array of the host would still be read from a copy that is given up.
    const given = storages.map((it, i) => (donated[i] && it.kind === 'device' ? residence.giveUp(path, it) : undefined))
    for (const storage of unread) residence.free(path, storage)
    const values = storages.map((storage, i): Value<Buffer> => {
      const buffer = given[i]
      if (buffer !== undefined) return { kind: 'device', buffer }
      // The host keeps its own copy; what is given up is the one on the device.
      if (donated[i] && storage.kind === 'host') return { kind: 'device', buffer: upload(path, read[i], storage) }
      return inputValue(path, storage)
    })
    residence.settle()
    // Who gives up the state before this one will give up this one, too.
    const loops = gone.length > 0
    return after(run(entry, values, scalars), (results) =>
      results.map((value, i) => {
        const node = pending[i]
        if (value.kind !== 'device') throw new Error(`pullback: ${name} did not keep a result; please report this`)
        const bytes = byteLength(node)
        const storage = loops ? residence.holdForTurn(value.buffer, bytes) : residence.hold(value.buffer, bytes)
        return leaf(storage, node.shape, node.dtype)
      }),
    )
  }

  const onDevice = (path: string, node: Node): AnyTensor | undefined => {
    const storage = storageOf(node)
    if (storage === undefined) return undefined
    residence.check(path, storage)
    if (storage.kind === 'device') return tensorOf(node)
    const known = residence.copyOf(storage)
    if (known !== undefined) return leaf(known, node.shape, node.dtype)
    const copy = residence.hold(upload(path, node, storage), byteLength(node))
    residence.remember(storage, copy)
    return leaf(copy, node.shape, node.dtype)
  }

  return {
    evaluate: (tree) => {
      residence.called()
      return replace(tree, leaves(tree), (node) => onHost('evaluate', node), evaluatePending)
    },

    advance: (path, tree, donated) => {
      const list = leaves(tree)
      const gone = givenUp(donated, list)
      return replace(
        tree,
        list,
        (node) => onDevice(path, node),
        (pending) => advancePending(path, pending, gone),
      )
    },

    read: (tree) => {
      residence.called()
      return replace(
        tree,
        leaves(tree),
        (node) => onHost('read', node),
        ([first]) =>
          first === undefined
            ? []
            : fail('read', 'evaluated values', `a pending ${first.op}`, 'Write device.evaluate(tree): it also reads.'),
      )
    },

    explain: (tree, options) => {
      const pending = leaves(tree)
        .map(sourceOf)
        .filter((node) => storageOf(node) === undefined)
      canonicalizer.walk(pending)
      const { storages, scalars } = canonicalizer
      const values = storages.map((storage) => inputValue('explain', storage))
      const entry = planOf('explain', pending, { donated: storages.map(() => false), keep: 'host' })
      const uploaded = values.reduce((sum, value) => sum + (value.kind === 'host' ? value.data.byteLength : 0), 0)
      return after(entry.plan.executable, (executable) =>
        after(options.run === true ? executable.measure?.(values, scalars) : undefined, (milliseconds) =>
          explanation(
            timed(executable.describe(), milliseconds),
            entry.plan.programSize,
            uploaded,
            cache.missesOf(entry.family),
          ),
        ),
      )
    },

    pause: async (result) => {
      const value = await result
      await pause()
      return value
    },
  }
}
