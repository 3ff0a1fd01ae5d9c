/**
 * argSort: a stable merge sort of places by keys. A key is an int32 that sorts as the element does: -0 as 0, NaN last. A
 * unit is a row.
 */
import type { DType } from '../../../../array/dtype.js'
import type { Code, Local } from '../../emit/code.js'
import { define, doWhile, either, f32, i32, loopWhile, range, select, when } from '../../emit/instructions.js'
import { kernelType } from '../../plan/launch.js'

/** Byte offsets of the descriptor's words; `room` has space for two rows of words for each row. */
const words = { source: 0, target: 4, room: 8, length: 12 } as const

const keyOf = (dtype: DType, address: Local, bits: Local): Code => {
  if (dtype === 'int32' || dtype === 'bool') return i32.load(address)
  if (dtype === 'uint32') return i32.xor(i32.load(address), -0x80000000)
  const ordered = i32.xor(bits, i32.shiftRightUnsigned(i32.shiftRight(bits, 31), 1))
  return either(
    'i32',
    f32.equal(f32.load(address), f32.load(address)),
    [bits.set(i32.load(address)), select(i32.constant(0), ordered, f32.equal(f32.load(address), 0))],
    i32.constant(0x7fffffff),
  )
}

export const argSort = (dtype: DType) =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end] = params
    const word = (at: number): Code => i32.load(descriptor, at)
    const local = (): Local => locals.i32()
    const [length, bytes, source, keys, from, to] = [local(), local(), local(), local(), local(), local()]
    const [i, at, bits, width, swap, passes] = [local(), local(), local(), local(), local(), local()]
    const [low, middle, high, left, right, place] = [local(), local(), local(), local(), local(), local()]
    const at4 = (base: Local, index: Local): Code => i32.add(base, i32.shiftLeft(index, 2))
    const keyAt = (index: Local): Code => i32.load(i32.add(keys, i32.shiftLeft(i32.load(at4(from, index)), 2)))
    const takeFrom = (index: Local): Code => [
      i32.store(at4(to, place), i32.load(at4(from, index))),
      index.set(i32.add(index, 1)),
    ]
    const leftComesNext = either(
      'i32',
      i32.less(left, middle),
      either('i32', i32.less(right, high), i32.lessOrEqual(keyAt(left), keyAt(right)), i32.constant(1)),
      i32.constant(0),
    )
    const merge: Code = [
      middle.set(i32.add(low, width)),
      middle.set(i32.min(middle, length)),
      high.set(i32.add(middle, width)),
      high.set(i32.min(high, length)),
      left.set(low),
      right.set(middle),
      range(place, low, high, 1, when(leftComesNext, takeFrom(left), takeFrom(right))),
    ]
    return [
      length.set(word(words.length)),
      bytes.set(i32.shiftLeft(length, 2)),
      doWhile(
        [
          source.set(i32.add(word(words.source), i32.mul(begin, bytes))),
          keys.set(i32.add(word(words.room), i32.mul(begin, i32.shiftLeft(bytes, 1)))),
          to.set(i32.add(word(words.target), i32.mul(begin, bytes))),
          from.set(i32.add(keys, bytes)),
          range(i, 0, length, 1, [at.set(at4(source, i)), i32.store(at4(keys, i), keyOf(dtype, at, bits))]),
          // Every pass goes from one list to the other; the last one must end in the target.
          passes.set(0),
          width.set(1),
          loopWhile(i32.less(width, length), [passes.set(i32.xor(passes, 1)), width.set(i32.shiftLeft(width, 1))]),
          swap.set(to),
          to.set(select(to, from, passes)),
          from.set(select(from, swap, passes)),
          range(i, 0, length, 1, i32.store(at4(from, i), i)),
          width.set(1),
          loopWhile(i32.less(width, length), [
            range(low, 0, length, i32.shiftLeft(width, 1), merge),
            swap.set(from),
            from.set(to),
            to.set(swap),
            width.set(i32.shiftLeft(width, 1)),
          ]),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })
