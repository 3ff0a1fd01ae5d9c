/** What a device would run for a tree: the kernels of its plan and what they cost. */
import type { KernelDescription, PlanDescription } from './backend.js'
import { manyMisses, manyMissesAdvice } from './planCache.js'

/** What a device would run for a tree, and what it costs. */
export interface Explanation extends PlanDescription {
  /** Instructions of the canonical program. */
  readonly programSize: number
  readonly flops: number
  /** Bytes that kernels read and write. */
  readonly bytes: number
  /** Bytes of host leaves that every run copies to the device: place what stays the same. */
  readonly uploadedBytes: number
  /**
   * Plans made for programs that differ from this one in sizes at most. Past 32, shapes vary from call to call: pad
   * them, or make offsets tensors (`dynamicSlice`). The device's `onEvent` is told of that once.
   */
  readonly planMisses: number
}

/** How a tree is explained. */
export interface ExplainOptions {
  /**
   * Whether to run the plan, kernel by kernel with a clock, so that each kernel's `milliseconds` are known: the best of
   * three runs after one to warm up. Its results are dropped. Ordinary runs read no clock.
   */
  readonly run?: boolean
}

/** A description with how long each kernel took. */
export const timed = (description: PlanDescription, milliseconds: readonly number[] | undefined): PlanDescription => ({
  ...description,
  kernels: description.kernels.map((kernel, i) =>
    milliseconds === undefined ? kernel : { ...kernel, milliseconds: milliseconds[i] },
  ),
})

export const explanation = (
  description: PlanDescription,
  programSize: number,
  uploadedBytes: number,
  planMisses: number,
): Explanation => {
  const total = (f: (kernel: KernelDescription) => number): number =>
    description.kernels.reduce((sum, kernel) => sum + f(kernel), 0)
  return {
    ...description,
    ...{ programSize, uploadedBytes, planMisses },
    flops: total(({ flops }) => flops),
    bytes: total(({ bytes }) => bytes),
  }
}

const units = ['', 'k', 'M', 'G', 'T'] as const
/** Three significant digits and a unit, as in 12.3M. */
const short = (n: number): string => {
  let value = n
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toPrecision(3)}${units[unit]}`
}

/**
 * An explanation as a table for people.
 *
 * @example
 * import { add, showExplanation, tensor } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const device = reference()
 * const explained = device.explainSync(add(tensor([1, 2]), tensor([3, 4])))
 * showExplanation(explained).split('\n').length > 2 // => true
 */
export const showExplanation = (explained: Explanation): string => {
  const rows = explained.kernels.map(({ kernel, shape, flops, bytes, milliseconds }) => [
    kernel,
    `[${shape.join(', ')}]`,
    short(flops),
    short(bytes),
    milliseconds === undefined ? '' : milliseconds.toFixed(3),
  ])
  const table = [['kernel', 'shape', 'flops', 'bytes', 'ms'], ...rows]
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd()
  const { programSize, kernels, flops, bytes, workspaceBytes, halvesBytes, uploadedBytes, planMisses } = explained
  const { dispatches, pipelines } = explained
  const halves = halvesBytes === undefined ? '' : ` (${short(halvesBytes)} of them as halves)`
  const took = kernels.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0)
  const isTimed = kernels.some(({ milliseconds }) => milliseconds !== undefined)
  return [
    ...table.map(line),
    `${programSize} instructions, ${kernels.length} kernels, ${short(flops)} flops, ${short(bytes)} bytes moved${
      isTimed ? `, ${took.toFixed(3)} ms` : ''
    }`,
    `workspace ${short(workspaceBytes)} bytes${halves}, uploaded each run ${short(uploadedBytes)} bytes, plans made ${planMisses}`,
    ...(dispatches === undefined ? [] : [`${dispatches} dispatches of ${pipelines} pipelines`]),
    ...(planMisses > manyMisses ? [manyMissesAdvice] : []),
  ].join('\n')
}
