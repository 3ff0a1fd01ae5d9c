/**
 * The order of kernels: the one they were made in, or one that needs less memory.
 *
 * Among kernels whose operands are there, the next one is that which frees most (or takes least). A gradient is then
 * used up as soon as it is there, instead of when the tree of results gets to it.
 */
import type { Kernel } from '../kernel.js'
import { inPlacePairs, usesOf } from './accesses.js'
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

const unique = (list: readonly number[]): number[] => (list.length < 2 ? [...list] : [...new Set(list)])

export const makeTask = (kernel: Kernel, after: readonly number[]): Task => {
  const { reads, writes } = usesOf(kernel)
  return { kernel, reads: unique(reads), writes: unique(writes), pairs: inPlacePairs(kernel), after }
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
    if (before === task || followers[before]!.includes(task)) return
    followers[before]!.push(task)
    waits[task]!++
  }
  tasks.forEach(({ reads, writes, after }, task) => {
    for (const buffer of reads) for (const before of writers[buffer]!) link(before, task)
    for (const before of after) link(before, task)
    for (const buffer of writes) writers[buffer]!.push(task)
  })
  return { followers, waits }
}

/** Sizes of what is alive, followed through an order. */
const makeMeter = (tasks: readonly Task[], buffers: readonly DraftBuffer[], donated: readonly boolean[]) => {
  const isTemporary = (buffer: number): boolean => buffers[buffer]!.role.kind === 'temporary'
  const isDonated = (buffer: number): boolean => {
    const { role } = buffers[buffer]!
    return role.kind === 'input' && donated[role.index]!
  }
  const pending = new Int32Array(buffers.length)
  const begun = new Uint8Array(buffers.length)
  for (const { reads, writes } of tasks) {
    for (const buffer of reads) pending[buffer]!++
    for (const buffer of writes) pending[buffer]!++
  }
  let alive = 0
  let peak = 0
  const touches = ({ reads, writes }: Task, buffer: number): number =>
    (reads.includes(buffer) ? 1 : 0) + (writes.includes(buffer) ? 1 : 0)
  const taken = ({ writes }: Task): number => {
    let sum = 0
    for (const buffer of writes) if (begun[buffer] === 0 && isTemporary(buffer)) sum += buffers[buffer]!.size
    return sum
  }
  const freed = (task: Task): number => {
    let sum = 0
    for (const buffer of task.reads)
      if (isTemporary(buffer) && pending[buffer] === touches(task, buffer)) sum += buffers[buffer]!.size
    return sum
  }
  /** Outputs that could take the places of donated inputs, if nothing else still read those. */
  const displaced = ({ pairs }: Task): number => {
    const outputs = new Set<number>()
    const places = new Set<number>()
    for (const [written, read] of pairs)
      if (buffers[written]!.role.kind === 'output' && isDonated(read)) {
        outputs.add(written)
        if (pending[read]! === 1) places.add(read)
      }
    let missing = outputs.size - places.size
    let sum = 0
    for (const output of outputs) if (missing-- > 0) sum += buffers[output]!.size
    return sum
  }
  return {
    // A place that is lost is lost to the end.
    cost: (task: Task): number => taken(task) - freed(task) + 1e6 * displaced(task),
    run: (task: Task): void => {
      alive += taken(task) + displaced(task)
      peak = Math.max(peak, alive)
      alive -= freed(task)
      for (const buffer of task.reads) pending[buffer]!--
      for (const buffer of task.writes) {
        pending[buffer]!--
        begun[buffer] = 1
      }
    },
    peak: (): number => peak,
  }
}

const greedy = (
  tasks: readonly Task[],
  buffers: readonly DraftBuffer[],
  donated: readonly boolean[],
): readonly [order: Task[], peak: number] => {
  const { followers, waits } = dependencies(tasks, buffers)
  const meter = makeMeter(tasks, buffers, donated)
  const ready: number[] = []
  tasks.forEach((_, task) => {
    if (waits[task] === 0) ready.push(task)
  })
  const order: Task[] = []
  while (ready.length > 0) {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < Math.min(ready.length, horizon); i++) {
      const cost = meter.cost(tasks[ready[i]!]!)
      if (cost < least) {
        best = i
        least = cost
      }
    }
    const [chosen] = ready.splice(best, 1) as [number]
    meter.run(tasks[chosen]!)
    order.push(tasks[chosen]!)
    for (const follower of followers[chosen]!)
      if (--waits[follower]! === 0) {
        // Kept in their first order, so that equal costs change nothing.
        let at = ready.length
        while (at > 0 && ready[at - 1]! > follower) at--
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
  const [order, peak] = greedy(tasks, buffers, donated)
  const meter = makeMeter(tasks, buffers, donated)
  for (const task of tasks) meter.run(task)
  return order.length === tasks.length && peak < meter.peak() ? order : tasks
}
