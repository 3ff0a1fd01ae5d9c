/**
 * Where buffers lie: temporaries in one workspace, by liveness and best fit; a result in the place of an operand that
 * dies with it; outputs in the place of donated inputs. What is kept as halves has a workspace of its own.
 */
import type { KernelPlan, PlannedBuffer } from '../kernel.js'
import type { Task } from './schedule.js'
import type { DraftBuffer } from './state.js'

interface Lifetimes {
  /** Kernel that first writes a buffer, and the last one that touches it; -1 where none does. */
  readonly first: readonly number[]
  readonly last: readonly number[]
}

const lifetimesOf = (buffers: readonly DraftBuffer[], tasks: readonly Task[]): Lifetimes => {
  const first = new Array<number>(buffers.length).fill(-1)
  const last = new Array<number>(buffers.length).fill(-1)
  tasks.forEach(({ reads, writes }, at) => {
    for (const buffer of writes) if (first[buffer] === -1) first[buffer] = at
    for (const buffer of reads) last[buffer] = at
    for (const buffer of writes) last[buffer] = at
  })
  return { first, last }
}

/** Free stretches of the workspace, in order, never adjacent. */
class Arena {
  top = 0
  private free: { offset: number; size: number }[] = []

  take(size: number): number {
    let best = -1
    for (let i = 0; i < this.free.length; i++) {
      const room = this.free[i].size
      if (room >= size && (best < 0 || room < this.free[best].size)) best = i
    }
    if (best >= 0) {
      const stretch = this.free[best]
      const { offset } = stretch
      if (stretch.size === size) this.free.splice(best, 1)
      else this.free[best] = { offset: offset + size, size: stretch.size - size }
      return offset
    }
    const end = this.free[this.free.length - 1]
    const start = end !== undefined && end.offset + end.size === this.top ? end.offset : this.top
    if (start !== this.top) this.free.pop()
    this.top = start + size
    return start
  }

  give(offset: number, size: number): void {
    let at = this.free.findIndex((stretch) => stretch.offset > offset)
    if (at < 0) at = this.free.length
    this.free.splice(at, 0, { offset, size })
    const merge = (i: number): void => {
      const [a, b] = [this.free[i], this.free[i + 1]]
      if (a !== undefined && b !== undefined && a.offset + a.size === b.offset)
        this.free.splice(i, 2, { offset: a.offset, size: a.size + b.size })
    }
    merge(at)
    merge(at - 1)
  }
}

/** For outputs, the donated input whose place they take. */
const placeDonated = (
  buffers: readonly DraftBuffer[],
  tasks: readonly Task[],
  { first, last }: Lifetimes,
  donated: readonly boolean[],
): Map<number, number> => {
  const places = new Map<number, number>()
  const taken = new Set<number>()
  const inputs = buffers.flatMap(({ role }, buffer) => (role.kind === 'input' && donated[role.index] ? [buffer] : []))
  if (inputs.length === 0) return places
  const isFree = (buffer: number): boolean => !taken.has(buffer)
  const put = (output: number, input: number): void => {
    places.set(output, input)
    taken.add(input)
  }
  const isDonated = new Set(inputs)
  const isOutput = (buffer: number): boolean => buffers[buffer].role.kind === 'output'
  tasks.forEach(({ pairs }, at) => {
    for (const [written, read] of pairs)
      if (
        isOutput(written) &&
        !places.has(written) &&
        isDonated.has(read) &&
        isFree(read) &&
        first[written] === at &&
        last[read] === at &&
        buffers[written].size === buffers[read].size
      )
        put(written, read)
  })
  buffers.forEach(({ role, size }, output) => {
    if (role.kind !== 'output' || places.has(output)) return
    const input = inputs.find((each) => isFree(each) && buffers[each].size === size && last[each] < first[output])
    if (input !== undefined) put(output, input)
  })
  return places
}

export const planMemory = (
  buffers: readonly DraftBuffer[],
  tasks: readonly Task[],
  donated: readonly boolean[],
  alignment: number,
  halves?: ReadonlySet<number>,
): Omit<KernelPlan, 'outputs' | 'scalars' | 'kernels'> => {
  const isHalf = (buffer: number): boolean => halves?.has(buffer) ?? false
  const roomOf = (buffer: number): number => {
    const unit = isHalf(buffer) ? 2 * alignment : alignment
    return Math.ceil(buffers[buffer].size / unit) * unit
  }
  const lifetimes = lifetimesOf(buffers, tasks)
  const { first, last } = lifetimes
  const places = placeDonated(buffers, tasks, lifetimes, donated)
  const offsets = new Array<number>(buffers.length).fill(0)
  const arena = new Arena()
  const arenaOfHalves = new Arena()
  const arenaOf = (buffer: number): Arena => (isHalf(buffer) ? arenaOfHalves : arena)
  const isTemporary = (buffer: number): boolean => buffers[buffer].role.kind === 'temporary'
  /** The last task at which a buffer's place went to another buffer. */
  const goneAt = new Int32Array(buffers.length).fill(-1)
  tasks.forEach(({ reads, writes, pairs }, at) => {
    const give = (buffer: number): void => {
      if (isTemporary(buffer) && last[buffer] === at && goneAt[buffer] !== at)
        arenaOf(buffer).give(offsets[buffer], roomOf(buffer))
    }
    for (const buffer of writes) {
      if (!isTemporary(buffer) || first[buffer] !== at) continue
      const size = roomOf(buffer)
      const place = pairs.find(
        ([written, read]) =>
          written === buffer &&
          isTemporary(read) &&
          last[read] === at &&
          goneAt[read] !== at &&
          isHalf(read) === isHalf(buffer) &&
          roomOf(read) === size,
      )
      if (place === undefined) offsets[buffer] = arenaOf(buffer).take(size)
      else {
        offsets[buffer] = offsets[place[1]]!
        goneAt[place[1]] = at
      }
    }
    for (const buffer of reads) give(buffer)
    for (const buffer of writes) if (!reads.includes(buffer)) give(buffer)
  })
  const planned = buffers.map(({ dtype, size, role }, buffer): PlannedBuffer => {
    if (role.kind === 'temporary') {
      const place = { dtype, size, role: { kind: 'temporary', offset: offsets[buffer] } } as const
      return isHalf(buffer) ? { ...place, half: true } : place
    }
    const place = places.get(buffer)
    if (role.kind === 'input' || place === undefined) return { dtype, size, role }
    const donor = buffers[place].role as { readonly index: number }
    return { dtype, size, role: { kind: 'donated', output: role.index, input: donor.index } }
  })
  const plan = { buffers: planned, workspace: arena.top }
  return arenaOfHalves.top === 0 ? plan : { ...plan, halves: arenaOfHalves.top }
}
