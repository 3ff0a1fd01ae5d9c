/**
 * The order of kernels: the one they were made in, or one that needs less memory.
 *
 * Among kernels whose operands are there, the next one is that which frees most (or takes least). A gradient is then
 * used up as soon as it is there, instead of when the tree of results gets to it.
 */
import type { Kernel } from '../kernel.js'
import { inPlacePairs, unique, usesOf } from './accesses.js'
import type { DraftBuffer } from './state.js'

/** A kernel with what order and memory depend on. */
export interface Task {
  readonly kernel: Kernel
  /** Buffers, each once. */
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  readonly pairs: readonly (readonly [written: number, read: number])[]
  /** Earlier tasks that it must follow besides those whose results it reads. */
  readonly after: readonly number[]
}

export const makeTask = (kernel: Kernel, after: readonly number[]): Task => {
  const uses = usesOf(kernel)
  return { kernel, reads: unique(uses.reads), writes: unique(uses.writes), pairs: inPlacePairs(kernel, uses), after }
}

/** Looking further among kernels that could be next costs time and gains little. */
const horizon = 48

interface Graph {
  /** Tasks that wait for each task, and how many each waits for. */
  readonly followers: readonly number[][]
  readonly waits: Int32Array
}

const dependencies = (tasks: readonly Task[], buffers: readonly DraftBuffer[]): Graph => {
  const followers: number[][] = tasks.map(() => [])
  const waits = new Int32Array(tasks.length)
  const writers: number[][] = buffers.map(() => [])
  const link = (before: number, task: number): void => {
    if (before === task || followers[before].includes(task)) return
    followers[before].push(task)
    waits[task]++
  }
  tasks.forEach(({ reads, writes, after }, task) => {
    for (const buffer of reads) for (const before of writers[buffer]) link(before, task)
    for (const before of after) link(before, task)
    for (const buffer of writes) writers[buffer].push(task)
  })
  return { followers, waits }
}

/** What a task does to memory, as far as it does not depend on the order. */
interface Effect {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /** Outputs that could take the places of donated inputs, and those. */
  readonly outputs: readonly number[]
  readonly places: readonly number[]
}

const effectOf = (task: Task, buffers: readonly DraftBuffer[], donated: readonly boolean[]): Effect => {
  const isTemporary = (buffer: number): boolean => buffers[buffer].role.kind === 'temporary'
  const outputs: number[] = []
  const places: number[] = []
  for (const [written, read] of task.pairs) {
    const { role } = buffers[read]
    if (buffers[written].role.kind !== 'output' || role.kind !== 'input' || !donated[role.index]) continue
    if (!outputs.includes(written)) outputs.push(written)
    if (!places.includes(read)) places.push(read)
  }
  return { reads: task.reads.filter(isTemporary), writes: task.writes.filter(isTemporary), outputs, places }
}

/** Sizes of what is alive, followed through an order. */
const makeMeter = (tasks: readonly Task[], effects: readonly Effect[], buffers: readonly DraftBuffer[]) => {
  const pending = new Int32Array(buffers.length)
  const begun = new Uint8Array(buffers.length)
  for (const { reads } of tasks) for (const buffer of reads) pending[buffer]++
  let alive = 0
  let peak = 0
  const taken = ({ writes }: Effect): number => {
    let sum = 0
    for (let i = 0; i < writes.length; i++) if (begun[writes[i]] === 0) sum += buffers[writes[i]].size
    return sum
  }
  const freed = ({ reads }: Effect): number => {
    let sum = 0
    for (let i = 0; i < reads.length; i++) if (pending[reads[i]] === 1) sum += buffers[reads[i]].size
    return sum
  }
  const displaced = ({ outputs, places }: Effect): number => {
    let missing = outputs.length
    for (let i = 0; i < places.length; i++) if (pending[places[i]] === 1) missing--
    let sum = 0
    for (let i = 0; i < missing; i++) sum += buffers[outputs[i]].size
    return sum
  }
  return {
    // A place that is lost is lost to the end.
    cost: (task: number): number => taken(effects[task]) - freed(effects[task]) + 1e6 * displaced(effects[task]),
    run: (task: number): void => {
      alive += taken(effects[task]) + displaced(effects[task])
      peak = Math.max(peak, alive)
      alive -= freed(effects[task])
      for (const buffer of tasks[task].reads) pending[buffer]--
      for (const buffer of tasks[task].writes) begun[buffer] = 1
    },
    peak: (): number => peak,
  }
}

const greedy = (
  tasks: readonly Task[],
  effects: readonly Effect[],
  buffers: readonly DraftBuffer[],
): readonly [order: Task[], peak: number] => {
  const { followers, waits } = dependencies(tasks, buffers)
  const meter = makeMeter(tasks, effects, buffers)
  const ready: number[] = []
  tasks.forEach((_, task) => {
    if (waits[task] === 0) ready.push(task)
  })
  const order: Task[] = []
  while (ready.length > 0) {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < Math.min(ready.length, horizon); i++) {
      const cost = meter.cost(ready[i])
      if (cost < least) {
        best = i
        least = cost
      }
    }
    const [chosen] = ready.splice(best, 1) as [number]
    meter.run(chosen)
    order.push(tasks[chosen])
    for (const follower of followers[chosen])
      if (--waits[follower] === 0) {
        // Kept in their first order, so that equal costs change nothing.
        let at = ready.length
        while (at > 0 && ready[at - 1] > follower) at--
        ready.splice(at, 0, follower)
      }
  }
  return [order, meter.peak()]
}

export const schedule = (
  tasks: readonly Task[],
  buffers: readonly DraftBuffer[],
  donated: readonly boolean[],
): readonly Task[] => {
  const effects = tasks.map((task) => effectOf(task, buffers, donated))
  const [order, peak] = greedy(tasks, effects, buffers)
  const meter = makeMeter(tasks, effects, buffers)
  for (let task = 0; task < tasks.length; task++) meter.run(task)
  return order.length === tasks.length && peak < meter.peak() ? order : tasks
}
