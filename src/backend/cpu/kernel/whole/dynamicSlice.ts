/** A window at a corner that is known at run time only; src/array/move.ts states the meaning. A unit is a row. */
import type { Code } from '../../emit/code.js'
import { define, doWhile, either, i32, range } from '../../emit/instructions.js'
import { v128 } from '../../emit/simd.js'
import { kernelType } from '../../plan/launch.js'
import { writeRun } from './copy.js'

/** Byte offsets of the descriptor's words. Each axis has three words: its size, that of the window, the stride in bytes. */
const words = { source: 0, starts: 4, target: 8, axes: 12, rank: 16, rowBytes: 20 } as const
const axisBytes = 12

export const dynamicSlice = define(kernelType.params, kernelType.results, (locals, ...params) => {
  const [descriptor, begin, end] = params
  const word = (at: number): Code => i32.load(descriptor, at)
  const [corner, axis, i, most, start] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const [row, source, target, rest] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const axisAt = (index: Code): Code => i32.add(word(words.axes), i32.mul(index, axisBytes))
  return [
    corner.set(word(words.source)),
    range(i, 0, word(words.rank), 1, [
      axis.set(axisAt(i.get)),
      most.set(i32.sub(i32.load(axis), i32.load(axis, 4))),
      start.set(i32.load(i32.add(word(words.starts), i32.shiftLeft(i, 2)))),
      start.set(either('i32', i32.less(start, 0), i32.constant(0), i32.min(start, most))),
      corner.set(i32.add(corner, i32.mul(start, i32.load(axis, 8)))),
    ]),
    row.set(begin),
    doWhile(
      [
        rest.set(row),
        source.set(corner),
        // The last axis is the row itself.
        range(i, 1, word(words.rank), 1, [
          axis.set(axisAt(i32.sub(i32.sub(word(words.rank), 1), i))),
          source.set(i32.add(source, i32.mul(i32.remainderUnsigned(rest, i32.load(axis, 4)), i32.load(axis, 8)))),
          rest.set(i32.divUnsigned(rest, i32.load(axis, 4))),
        ]),
        target.set(i32.add(word(words.target), i32.mul(row, word(words.rowBytes)))),
        writeRun(locals, target, word(words.rowBytes), (distance) => v128.load(i32.add(source, distance))),
        row.set(i32.add(row, 1)),
      ],
      i32.lessUnsigned(row, end),
    ),
  ]
})
