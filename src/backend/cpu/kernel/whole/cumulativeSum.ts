/** Running sums along one axis, four neighbours of the axes inside it at a time. A unit is four of them. */
import type { DType } from '../../../../array/dtype.js'
import type { Code } from '../../emit/code.js'
import { define, doWhile, i32, when } from '../../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../../emit/simd.js'
import { kernelType } from '../../plan/launch.js'
import { storeLanes } from './copy.js'

/** Byte offsets of the descriptor's words; `groups` are vectors of `inner`. */
const words = { source: 0, target: 4, length: 8, inner: 12, groups: 16 } as const

export const cumulativeSum = (dtype: DType) =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end] = params
    const word = (at: number): Code => i32.load(descriptor, at)
    const add = dtype === 'float32' ? f32x4.add : i32x4.add
    const [source, target, step, first] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [left, count, outer] = [locals.i32(), locals.i32(), locals.i32()]
    const total = locals.v128()
    return [
      step.set(i32.shiftLeft(word(words.inner), 2)),
      doWhile(
        [
          outer.set(i32.divUnsigned(begin, word(words.groups))),
          first.set(i32.shiftLeft(i32.sub(begin, i32.mul(outer, word(words.groups))), 2)),
          count.set(i32.sub(word(words.inner), first)),
          first.set(i32.add(i32.shiftLeft(first, 2), i32.mul(outer, i32.mul(step, word(words.length))))),
          source.set(i32.add(word(words.source), first)),
          target.set(i32.add(word(words.target), first)),
          left.set(word(words.length)),
          total.set(v128.load(source)),
          doWhile(
            [
              when(i32.greaterOrEqual(count, 4), v128.store(target, total), storeLanes(target, total, count)),
              source.set(i32.add(source, step)),
              target.set(i32.add(target, step)),
              left.set(i32.sub(left, 1)),
              when(left, total.set(add(total, v128.load(source)))),
            ],
            left.get,
          ),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
