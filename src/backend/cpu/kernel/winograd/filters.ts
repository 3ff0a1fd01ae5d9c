/**
 * Filters of 3 by 3 become 4 by 4: G g Gᵀ with the rows of G (1, 0, 0), (1, 1, 1) / 2, (1, -1, 1) / 2 and (0, 0, 1). They
 * are written as the micro-kernel reads them: [place][group of four outputs][input][4]. A unit is a group of outputs.
 */
import type { Code, Local } from '../../emit/code.js'
import { define, i32, range } from '../../emit/instructions.js'
import { f32x4, v128 } from '../../emit/simd.js'
import { kernelType } from '../../plan/launch.js'

/** Byte offsets of the descriptor's words. Steps count bytes. */
export const filterWords = {
  inputs: 0,
  outputs: 4,
  weights: 8,
  outputStep: 12,
  inputStep: 16,
  rowStep: 20,
  columnStep: 24,
  target: 28,
  /** From place to place of the target. */
  targetStep: 32,
} as const

const three = [0, 1, 2] as const
const four = [0, 1, 2, 3] as const

export const transformFilters = define(kernelType.params, kernelType.results, (locals, ...params) => {
  const [descriptor, begin, end] = params
  const word = (at: number): Code => i32.load(descriptor, at)
  const [unit, input, last, at, target] = [locals.i32(), locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const [inputs, step, rowStep, columnStep] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const outputs = four.map(() => locals.i32())
  const taps = three.map(() => three.map(() => locals.v128()))
  const rows = four.map(() => three.map(() => locals.v128()))
  const sum = locals.v128()
  const addressOf = (output: Local, row: number, column: number): Code =>
    i32.add(output, i32.add(i32.mul(rowStep, row), i32.mul(columnStep, column)))
  const lanes = (row: number, column: number): Code =>
    outputs
      .slice(1)
      .reduce<Code>(
        (vector, output, i) => v128.loadLane(addressOf(output, row, column), vector, i + 1),
        v128.loadFirst(addressOf(outputs[0], row, column)),
      )
  const widened = ([a, b, c]: readonly Local[], put: (i: number, value: Code) => Code): Code => [
    put(0, a.get),
    sum.set(f32x4.add(a, c)),
    put(1, f32x4.mul(f32x4.add(sum, b), 0.5)),
    put(2, f32x4.mul(f32x4.sub(sum, b), 0.5)),
    put(3, c.get),
  ]
  return [
    inputs.set(word(filterWords.inputs)),
    step.set(word(filterWords.targetStep)),
    rowStep.set(word(filterWords.rowStep)),
    columnStep.set(word(filterWords.columnStep)),
    last.set(i32.sub(word(filterWords.outputs), 1)),
    range(unit, begin, end, 1, [
      // Outputs past the last are the last again: nobody wants what comes of them.
      outputs.map((output, i) => [
        output.set(i32.add(i32.shiftLeft(unit, 2), i)),
        output.set(i32.add(word(filterWords.weights), i32.mul(i32.min(output, last), word(filterWords.outputStep)))),
      ]),
      target.set(i32.add(word(filterWords.target), i32.shiftLeft(i32.mul(unit, inputs), 4))),
      range(input, 0, inputs, 1, [
        taps.map((row, r) => row.map((tap, c) => tap.set(lanes(r, c)))),
        three.map((c) =>
          widened(
            taps.map((row) => row[c]),
            (i, value) => rows[i][c].set(value),
          ),
        ),
        at.set(target),
        rows.map((row) => widened(row, (_, value) => [v128.store(at, value), at.set(i32.add(at, step))])),
        outputs.map((output) => output.set(i32.add(output, word(filterWords.inputStep)))),
        target.set(i32.add(target, 16)),
      ]),
    ]),
  ]
})
