/** gather and scatterAdd; src/array/indexing.ts states the meaning. An index outside the table is a row of zeros. */
import type { DType } from '../../../../array/dtype.js'
import type { Code } from '../../emit/code.js'
import { define, doWhile, i32, type Locals, loopWhile, when } from '../../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../../emit/simd.js'
import { kernelType } from '../../plan/launch.js'
import { writeRun } from './copy.js'

/** Byte offsets of the descriptor's words: of gather source, indices, target, rows, bytes of a row. */
const gatherWords = { source: 0, indices: 4, target: 8, rows: 12, rowBytes: 16 } as const

/** A unit is an index. */
export const gather = define(kernelType.params, kernelType.results, (locals, ...params) => {
  const [descriptor, begin, end] = params
  const word = (at: number): Code => i32.load(descriptor, at)
  const [index, source, target, bytes] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  return [
    bytes.set(word(gatherWords.rowBytes)),
    doWhile(
      [
        index.set(i32.load(i32.add(word(gatherWords.indices), i32.shiftLeft(begin, 2)))),
        target.set(i32.add(word(gatherWords.target), i32.mul(begin, bytes))),
        source.set(i32.add(word(gatherWords.source), i32.mul(index, bytes))),
        when(
          i32.lessUnsigned(index, word(gatherWords.rows)),
          writeRun(locals, target, bytes, (distance) => v128.load(i32.add(source, distance))),
          writeRun(locals, target, bytes, () => i32x4.constant(0)),
        ),
        begin.set(i32.add(begin, 1)),
      ],
      i32.lessUnsigned(begin, end),
    ),
  ]
})

const scatterWords = { indices: 0, updates: 4, target: 8, rows: 12, count: 16, rowBytes: 20, stripe: 24 } as const

const scatterOf = (add: typeof f32x4.add) =>
  define(kernelType.params, kernelType.results, (locals: Locals, ...params) => {
    const [descriptor, begin, end] = params
    const word = (at: number): Code => i32.load(descriptor, at)
    const [stripe, bytes, rowBytes, target] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [index, update, left, indices, row] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    return [
      rowBytes.set(word(scatterWords.rowBytes)),
      doWhile(
        [
          stripe.set(i32.mul(begin, word(scatterWords.stripe))),
          bytes.set(word(scatterWords.stripe)),
          left.set(i32.sub(rowBytes, stripe)),
          bytes.set(i32.min(bytes, left)),
          target.set(i32.add(word(scatterWords.target), stripe)),
          row.set(target),
          left.set(word(scatterWords.rows)),
          loopWhile(left.get, [
            writeRun(locals, row, bytes, () => i32x4.constant(0)),
            row.set(i32.add(row, rowBytes)),
            left.set(i32.sub(left, 1)),
          ]),
          update.set(i32.add(word(scatterWords.updates), stripe)),
          indices.set(word(scatterWords.indices)),
          left.set(word(scatterWords.count)),
          loopWhile(left.get, [
            index.set(i32.load(indices)),
            when(i32.lessUnsigned(index, word(scatterWords.rows)), [
              row.set(i32.add(target, i32.mul(index, rowBytes))),
              writeRun(locals, row, bytes, (distance) =>
                add(v128.load(i32.add(row, distance)), v128.load(i32.add(update, distance))),
              ),
            ]),
            indices.set(i32.add(indices, 4)),
            update.set(i32.add(update, rowBytes)),
            left.set(i32.sub(left, 1)),
          ]),
          begin.set(i32.add(begin, 1)),
        ],
        i32.lessUnsigned(begin, end),
      ),
    ]
  })

/** Bytes of a row that a unit of scatterAdd is about. */
export const scatterStripe = 1024

/** A unit is a stripe of columns: all updates of one element come in their order. */
export const scatterAdd = (dtype: DType) => scatterOf(dtype === 'float32' ? f32x4.add : i32x4.add)
