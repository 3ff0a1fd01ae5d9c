/**
 * A scan runs the launches of its body once a step. Before each step it writes the addresses that move: rows of the
 * sequences and of the stacked results, and the carries, which alternate between two places so that the last step ends
 * in the one where the result belongs.
 */
import type { Code, FunctionDefinition } from '../emit/code.js'
import { addressRange, call, define, either, i32, range, select } from '../emit/instructions.js'
import { kernelType } from '../plan/launch.js'

/** Byte offsets of the descriptor's words. */
const words = {
  length: 0,
  reverse: 4,
  list: 8,
  listBytes: 12,
  /** [address of the word, address at step 0, bytes a step] */
  moving: 16,
  movingCount: 20,
  /** [address of the word, 1 where the body writes, where the first step reads, where the last one writes, the other place] */
  carries: 24,
  carryCount: 28,
} as const
export const movingWords = 3
export const carryWords = 5

/** `sequence` runs a list of launches; `before` and `after` come before the first step and after the last. */
export const scanOf = (sequence: FunctionDefinition, before: Code = [], after: Code = []): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, , , scratch] = params
    const word = (at: number): Code => i32.load(descriptor, at)
    const [turn, step, entry, end, length] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const table = (first: number, count: number, size: number, body: Code): Code => [
      end.set(i32.add(word(first), i32.mul(word(count), 4 * size))),
      addressRange(entry, word(first), end, 4 * size, body),
    ]
    /** Where the carry is written `earlier` turns before this one. */
    const written = (earlier: 0 | 1): Code =>
      select(i32.load(entry, 16), i32.load(entry, 12), i32.and(i32.sub(i32.sub(length, 1 - earlier), turn), 1))
    return [
      before,
      length.set(word(words.length)),
      range(turn, 0, length, 1, [
        step.set(either('i32', word(words.reverse), i32.sub(i32.sub(length, 1), turn), turn.get)),
        table(
          words.moving,
          words.movingCount,
          movingWords,
          i32.store(i32.load(entry), i32.add(i32.load(entry, 4), i32.mul(step, i32.load(entry, 8)))),
        ),
        table(
          words.carries,
          words.carryCount,
          carryWords,
          i32.store(
            i32.load(entry),
            either('i32', i32.load(entry, 4), written(0), either('i32', turn, written(1), i32.load(entry, 8))),
          ),
        ),
        call(sequence, word(words.list), i32.add(word(words.list), word(words.listBytes)), scratch),
      ]),
      after,
    ]
  })
