/** Batches for models of characters: windows of a long text, and the same windows one character later. */
import { fail } from '../array/error.js'
import type { Shape } from '../array/shape.js'
import { type Tensor, tensor } from '../array/tensor.js'
import { foldIn, type Rng } from '../random/rng.js'
import { hostRandomInteger } from '../random/uniform.js'
import type { Batch } from './batches.js'
import type { StoredArray } from './format/storedArray.js'

/** Numbers of characters, [time, batch]: recurrent layers take time first. */
type Codes = Tensor<Shape, 'int32'>

/** How windows of a text are cut and joined into batches. */
export interface TextBatchOptions {
  /** Characters in a window. */
  readonly length: number
  /** Windows in a batch. */
  readonly size: number
  /** Batches. */
  readonly steps: number
  /** Where windows begin: batch i is drawn by `foldIn(rng, i)`, whatever came before. */
  readonly rng: Rng
  /** Batches to leave out at the start: the step at which a run goes on. */
  readonly from?: number
}

const checkWhole = (name: string, value: number, least: number): void => {
  if (!(Number.isInteger(value) && value >= least))
    fail(
      `textBatches: ${name}`,
      `a whole number from ${least} on`,
      String(value),
      'Count characters, windows or batches.',
    )
}

/**
 * Windows of a text at random places, with the character that follows each place as its target.
 *
 * @throws PullbackError when numbers are not whole, or the text is not longer than a window
 * @example
 * import { rng, storedArray, textBatches } from 'pullback'
 *
 * const text = storedArray('int32', [6], Int32Array.of(0, 1, 2, 3, 4, 5))
 * const [first] = textBatches(text, { length: 3, size: 2, steps: 10, rng: rng(0) })
 * first.inputs.shape // => [3, 2]
 */
export const textBatches = (
  { data: codes }: StoredArray<'int32'>,
  { length, size, steps, rng, from = 0 }: TextBatchOptions,
): Iterable<Batch<Codes, Codes>> => {
  checkWhole('length', length, 1)
  checkWhole('size', size, 1)
  checkWhole('steps', steps, 0)
  checkWhole('from', from, 0)
  if (codes.length <= length)
    fail('textBatches', `a text of more than ${length} characters`, String(codes.length), 'Take shorter windows.')
  const cut = (starts: Int32Array, shift: number): Codes =>
    tensor(
      Int32Array.from({ length: length * size }, (_, i) => codes[starts[i % size] + Math.floor(i / size) + shift]),
      [length, size],
      'int32',
    )
  return {
    *[Symbol.iterator]() {
      for (let step = from; step < steps; step++) {
        const [starts] = hostRandomInteger({ size, high: codes.length - length })(foldIn(rng, step))
        yield { inputs: cut(starts, 0), targets: cut(starts, 1) }
      }
    },
  }
}
