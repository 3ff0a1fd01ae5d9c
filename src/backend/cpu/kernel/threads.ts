/**
 * Sharing launches among threads. The first thread runs the list; a launch worth sharing it cuts into chunks, which it
 * and the workers claim from one counter. Which thread computes what changes no bit.
 *
 * The protocol is made for workers that come late or not at all. A worker counts itself in before it claims and out when
 * nothing is left; the first thread goes on once all chunks are claimed and nobody is in. The counter counts down, so
 * that a late claim on an old task gets nothing, and is set last, so that a claim that gets something finds the new task.
 * A worker leaves the loop where there are new modules to load. They are announced before the first thread sees that
 * nobody is in, and the next task comes after: so who claims has all functions of the task.
 */
import { atomic, drop } from '../emit/atomics.js'
import type { Code, Local } from '../emit/code.js'
import {
  addressRange,
  callIndirect,
  define,
  doWhile,
  i32,
  type Locals,
  loopWhile,
  select,
  when,
} from '../emit/instructions.js'
import { kernelType } from '../plan/launch.js'
import { launchBytes } from './sequence.js'

/** Addresses, a cache line each for what threads write, below all that is allocated. */
export const control = {
  /** Counts tasks; workers sleep on it. */
  epoch: 1024,
  /** Chunks of the task that are not claimed yet; 0 or less where there are none. */
  unclaimed: 1088,
  /** Workers that are in; the first thread sleeps on it. */
  active: 1152,
  /** Counts modules that were announced. */
  version: 1216,
  /** Workers that have begun. */
  started: 1220,
  /** Not 0 where workers shall end. */
  stop: 1280,
  /** Not 0 while launches worth sharing follow one another closely. */
  soon: 1284,
  /** The task: as in a list of launches, then the number of chunks. */
  task: 1344,
  /** Address of the first module: [address of the next, bytes, size of the table], then the bytes. */
  modules: 1408,
} as const

const chunks = 16
/** How often to look before going to sleep: about a microsecond, or, where the next task is near, some thirty. */
const patience = 300
const longPatience = 30_000

/** Runs what it claims of the task until nothing is left. */
const claim = (locals: Locals, scratch: Local): Code => {
  const [left, begin, end, units] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const task = (offset: number): Code => i32.load(control.task, offset)
  return loopWhile(i32.greater(left.tee(atomic.add(control.unclaimed, -1)), 0), [
    begin.set(i32.mul(i32.sub(task(chunks), left), task(12))),
    end.set(i32.add(begin, task(12))),
    units.set(task(8)),
    callIndirect(kernelType, task(0), task(4), begin, i32.min(end, units), scratch),
  ])
}

/** Looks `times` times, then sleeps, until what is at `address` will do; that is in `now` then. */
const watch = (locals: Locals, address: number, now: Local, willDo: Code, times: Code): Code => {
  const turns = locals.i32()
  const look = now.set(atomic.load(address))
  return [
    turns.set(times),
    look,
    loopWhile(i32.isZero(willDo), [when(turns, turns.set(i32.sub(turns, 1)), [atomic.wait(address, now), drop]), look]),
  ]
}

/** (address of the list, end of the list, scratch): as kernel/sequence.ts, with the workers' help. */
export const sharedSequence = define(['i32', 'i32', 'i32'], [], (locals, ...params) => {
  const [list, end, scratch] = params
  const [units, chunk, count, active] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const set = (offset: number, value: Code): Code => i32.store(control.task, value, offset)
  const share: Code = [
    count.set(i32.divUnsigned(i32.sub(i32.add(units, chunk), 1), chunk)),
    set(0, i32.load(list)),
    set(4, i32.load(list, 4)),
    set(8, units.get),
    set(12, chunk.get),
    set(chunks, count.get),
    atomic.store(control.unclaimed, count),
    [atomic.add(control.epoch, 1), drop],
    [atomic.notify(control.epoch, i32.sub(count, 1)), drop],
    claim(locals, scratch),
    watch(locals, control.active, active, i32.isZero(active), i32.constant(patience)),
  ]
  return addressRange(list, list, end, launchBytes, [
    units.set(i32.load(list, 8)),
    chunk.set(i32.load(list, 12)),
    when(chunk, share, callIndirect(kernelType, i32.load(list), i32.load(list, 4), 0, units, scratch)),
  ])
})

const workersPatience = select(i32.constant(longPatience), i32.constant(patience), i32.load(i32.constant(control.soon)))
/** Says whether the next task is near. Between the steps of a scan waking a worker takes longer than what it sleeps. */
export const expectTasks = (near: 0 | 1): Code => i32.store(control.soon, near)

/** (scratch, version of the modules that are loaded): a worker's loop, until there are newer modules or it shall end. */
export const work = define(['i32', 'i32'], [], (locals, ...params) => {
  const [scratch, version] = params
  const [seen, now, goesOn] = [locals.i32(), locals.i32(), locals.i32()]
  return [
    // Read before the claims: a task that comes after them wakes the worker.
    seen.set(atomic.load(control.epoch)),
    doWhile(
      [
        [atomic.add(control.active, 1), drop],
        goesOn.set(i32.and(i32.equal(atomic.load(control.version), version), i32.isZero(atomic.load(control.stop)))),
        when(goesOn, claim(locals, scratch)),
        when(i32.equal(atomic.add(control.active, -1), 1), [atomic.notify(control.active, 1), drop]),
        when(goesOn, [watch(locals, control.epoch, now, i32.notEqual(now, seen), workersPatience), seen.set(now)]),
      ],
      goesOn.get,
    ),
  ]
})
