/**
 * Tables of offsets, written where they lie: plan/tables.ts says what is in them. Most are too large to be made in
 * JavaScript that runs for the first time.
 */
import { addressRange, call, define, i32, loopWhile, select, when } from '../emit/instructions.js'
import { kernelType } from '../plan/launch.js'
import { everySecond, groupBytes, scattered } from './matmul/pack.js'

/** The descriptor: [table, bytes of it, dims], then [size, bytes of a step] of each, innermost first. */
export const writeOffsets = define(kernelType.params, kernelType.results, (locals, ...params) => {
  const [descriptor] = params
  const [at, dim, dimsEnd, end, distance, step] = Array.from({ length: 6 }, () => locals.i32())
  const table = i32.load(descriptor)
  /** Up to `end`: `step` more than what is `distance` bytes before. */
  const fill = loopWhile(i32.lessUnsigned(at, end), [
    i32.store(at, i32.add(i32.load(i32.sub(at, distance)), step)),
    at.set(i32.add(at, 4)),
  ])
  return [
    i32.store(table, 0),
    at.set(i32.add(table, 4)),
    distance.set(4),
    dim.set(i32.add(descriptor, 12)),
    dimsEnd.set(i32.add(dim, i32.shiftLeft(i32.load(descriptor, 8), 3))),
    addressRange(dim, dim, dimsEnd, 8, [
      end.set(i32.add(table, i32.mul(distance, i32.load(dim)))),
      step.set(i32.load(dim, 4)),
      fill,
      distance.set(i32.sub(end, table)),
    ]),
    // What is beyond the last place repeats it.
    end.set(i32.add(table, i32.load(descriptor, 4))),
    distance.set(4),
    step.set(0),
    fill,
  ]
})

/** (first place, end of the places, step): the end of those that are `step` bytes apart, from the first one on. */
const endOfRun = define(['i32', 'i32', 'i32'], ['i32'], (_, ...params) => {
  const [at, end, step] = params
  return [
    at.set(i32.add(at, 4)),
    loopWhile(
      i32.and(i32.lessUnsigned(at, end), i32.equal(i32.sub(i32.load(at), i32.load(i32.sub(at, 4))), step)),
      at.set(i32.add(at, 4)),
    ),
    at.get,
  ]
})

/** The descriptor: [table, offsets, places]. See kernel/matmul/pack.ts. */
export const writeGroups = define(kernelType.params, kernelType.results, (locals, ...params) => {
  const [descriptor] = params
  const [entry, at, last, end, rest, kind] = Array.from({ length: 6 }, () => locals.i32())
  return [
    entry.set(i32.load(descriptor)),
    at.set(i32.load(descriptor, 4)),
    last.set(i32.add(at, i32.shiftLeft(i32.load(descriptor, 8), 2))),
    addressRange(at, at, last, 16, [
      end.set(i32.add(at, 16)),
      when(i32.lessUnsigned(last, end), end.set(last)),
      rest.set(call(endOfRun, at, end, 4)),
      i32.store(entry, i32.load(at)),
      i32.store(entry, i32.load(at), 4),
      kind.set(4),
      when(i32.lessUnsigned(rest, end), [
        kind.set(i32.shiftRight(i32.sub(rest, at), 2)),
        when(
          i32.equal(call(endOfRun, rest, end, 4), end),
          i32.store(entry, i32.sub(i32.load(rest), i32.shiftLeft(kind, 2)), 4),
          kind.set(
            select(i32.constant(everySecond), i32.constant(scattered), i32.equal(call(endOfRun, at, end, 8), end)),
          ),
        ),
      ]),
      i32.store(entry, kind, 8),
      entry.set(i32.add(entry, groupBytes)),
    ]),
  ]
})
