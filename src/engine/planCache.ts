/**
 * Plans of graphs met before. A plan is found by the hash of the graph's code, and used only if the whole code is equal.
 * The cache is bounded: the plan that was not used for the longest time leaves first, and gives back what it holds once
 * nothing runs it.
 */
import type { Program } from './program.js'

export interface CacheEntry<Plan> {
  readonly code: Int32Array
  readonly hash: number
  readonly family: number
  readonly plan: Plan
  readonly next: CacheEntry<Plan> | undefined
}

interface MutableEntry<Plan> extends CacheEntry<Plan> {
  next: CacheEntry<Plan> | undefined
  lastUse: number
  /** Runs in flight; an asynchronous run may outlive the entry. */
  running: number
  evicted: boolean
}

/** How many plans for programs that differ in sizes only are nothing to speak of. */
export const manyMisses = 32
export const manyMissesAdvice = 'Shapes vary from call to call: pad them, or make offsets tensors (dynamicSlice).'

/** A number that programs share which differ in sizes only: most likely one call whose shapes vary. */
export const familyOf = (program: Program): number => {
  const { instructions } = program
  let hash = instructions.length
  for (let i = 0; i < instructions.length; i++) {
    const { op, inputs } = instructions[i]
    hash = Math.imul(hash ^ (op.charCodeAt(0) + 31 * op.charCodeAt(op.length - 1) + 961 * op.length), 0x01000193)
    for (let j = 0; j < inputs.length; j++) hash = Math.imul(hash ^ inputs[j], 0x01000193)
    hash ^= hash >>> 15
  }
  return hash
}

export class PlanCache<Plan> {
  hits = 0
  misses = 0
  private readonly entries = new Map<number, MutableEntry<Plan>>()
  private readonly families = new Map<number, number>()
  private size = 0
  private clock = 0
  private last: MutableEntry<Plan> | undefined

  constructor(
    private readonly capacity: number,
    private readonly dispose: (plan: Plan) => void,
  ) {}

  /** The hash is asked for only where this is not the code of the call before, as in a loop it mostly is. */
  find(code: Int32Array, length: number, hash: () => number): CacheEntry<Plan> | undefined {
    let entry = this.last
    if (entry === undefined || !isEqual(entry.code, code, length)) {
      entry = this.entries.get(hash())
      while (entry !== undefined && !isEqual(entry.code, code, length))
        entry = entry.next as MutableEntry<Plan> | undefined
    }
    if (entry === undefined) return undefined
    this.hits++
    return this.used(entry)
  }

  /** The code belongs to the cache from then on. */
  add(code: Int32Array, hash: number, family: number, plan: Plan): CacheEntry<Plan> {
    this.misses++
    this.families.set(family, this.missesOf(family) + 1)
    if (this.size >= this.capacity) this.evict()
    const next = this.entries.get(hash)
    const entry: MutableEntry<Plan> = {
      ...{ code, hash, family, plan, next },
      ...{ lastUse: 0, running: 0, evicted: false },
    }
    this.entries.set(hash, entry)
    this.size++
    return this.used(entry)
  }

  /** How many plans were made for programs that differ from each other in sizes only. */
  missesOf(family: number): number {
    return this.families.get(family) ?? 0
  }

  /** A plan that failed to be made is not kept. */
  remove(entry: CacheEntry<Plan>): void {
    const first = this.entries.get(entry.hash)
    if (first === entry) {
      if (entry.next === undefined) this.entries.delete(entry.hash)
      else this.entries.set(entry.hash, entry.next as MutableEntry<Plan>)
    } else
      for (let at = first; at !== undefined; at = at.next as MutableEntry<Plan> | undefined)
        if (at.next === entry) at.next = entry.next
    this.size--
    if (this.last === entry) this.last = undefined
  }

  /** Holds a plan while it runs. */
  enter(entry: CacheEntry<Plan>): void {
    ;(entry as MutableEntry<Plan>).running++
  }

  leave(entry: CacheEntry<Plan>): void {
    const own = entry as MutableEntry<Plan>
    own.running--
    if (own.evicted && own.running === 0) this.dispose(own.plan)
  }

  private used(entry: MutableEntry<Plan>): CacheEntry<Plan> {
    entry.lastUse = ++this.clock
    this.last = entry
    return entry
  }

  private evict(): void {
    let oldest: MutableEntry<Plan> | undefined
    for (const first of this.entries.values())
      for (let at: MutableEntry<Plan> | undefined = first; at !== undefined; at = at.next as typeof at)
        if (oldest === undefined || at.lastUse < oldest.lastUse) oldest = at
    if (oldest === undefined) return
    this.remove(oldest)
    oldest.evicted = true
    if (oldest.running === 0) this.dispose(oldest.plan)
  }
}

const isEqual = (code: Int32Array, other: Int32Array, length: number): boolean => {
  if (code.length !== length) return false
  for (let i = 0; i < length; i++) if (code[i] !== other[i]) return false
  return true
}
