/**
 * overlapAdd; src/array/window.ts states the meaning. The target is zeroed, then the elements of each place of the window
 * are added, one place after another. A unit is one lead.
 */
import type { DType } from '../../../../array/dtype.js'
import type { Code } from '../../emit/code.js'
import { define, doWhile, i32, loopWhile, when } from '../../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../../emit/simd.js'
import { kernelType } from '../../plan/launch.js'
import { storeLanes, writeRun } from './copy.js'

/** Byte offsets of the descriptor's words. */
const words = {
  source: 0,
  target: 4,
  sourceBytes: 8,
  targetBytes: 12,
  /** Pairs of offsets: where a row of windows begins in the source, and where in the target. */
  rows: 16,
  rowCount: 20,
  /** Elements of a row. */
  length: 24,
  /** Bytes between neighbours of a row in the target. */
  stride: 28,
} as const

/** `stride` in elements: 1 and 2 have their own code, 0 stands for any other. */
export const overlapAdd = (dtype: DType, stride: 0 | 1 | 2) =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end] = params
    const word = (at: number): Code => i32.load(descriptor, at)
    const add = dtype === 'float32' ? f32x4.add : i32x4.add
    const [source, target, row, rowEnd] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [from, to, left, step] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const value = locals.v128()
    const zeros = i32x4.constant(0)
    const single: Code = [
      value.set(add(v128.loadFirst(to), v128.loadFirst(from))),
      v128.storeLane(to, value, 0),
      from.set(i32.add(from, 4)),
      to.set(i32.add(to, step)),
      left.set(i32.sub(left, 1)),
    ]
    // Between the elements of stride 2 lie those that get 0, which changes none: a sum that began with 0 is never -0.
    const four: Code =
      stride === 1
        ? v128.store(to, add(v128.load(to), v128.load(from)))
        : [
            value.set(v128.load(from)),
            v128.store(to, add(v128.load(to), v128.shuffle(value, zeros, [0, 4, 1, 5]))),
            v128.store(to, add(v128.load(to, 16), v128.shuffle(value, zeros, [2, 4, 3, 5])), 16),
          ]
    // The fourth element of stride 2 has a neighbour behind it that may be beyond the target.
    const enough = stride === 1 ? 4 : 5
    const vectors: Code =
      stride === 0
        ? []
        : loopWhile(i32.greaterOrEqual(left, enough), [
            four,
            from.set(i32.add(from, 16)),
            to.set(i32.add(to, 16 * stride)),
            left.set(i32.sub(left, 4)),
          ])
    const tail: Code =
      stride === 1
        ? when(left, [value.set(add(v128.load(to), v128.load(from))), storeLanes(to, value, left)])
        : loopWhile(left.get, single)
    return [
      step.set(word(words.stride)),
      doWhile(
        [
          source.set(i32.add(word(words.source), i32.mul(begin, word(words.sourceBytes)))),
          target.set(i32.add(word(words.target), i32.mul(begin, word(words.targetBytes)))),
          writeRun(locals, target, word(words.targetBytes), () => zeros),
          row.set(word(words.rows)),
          rowEnd.set(i32.add(row, i32.shiftLeft(word(words.rowCount), 3))),
          loopWhile(i32.lessUnsigned(row, rowEnd), [
            from.set(i32.add(source, i32.load(row))),
            to.set(i32.add(target, i32.load(row, 4))),
            left.set(word(words.length)),
            vectors,
            tail,
            row.set(i32.add(row, 8)),
          ]),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
