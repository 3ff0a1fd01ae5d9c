/** What devices tell where nothing is wrong yet. */
import type { Shape } from '../array/shape.js'
import { manyMissesAdvice } from './planCache.js'
import type { Program } from './program.js'

/**
 * A call made many plans for graphs that differ in sizes only, and most likely will go on so: each takes far longer than
 * a run of a plan. Told once for each such call, at the 33rd plan.
 */
export interface PlanMisses {
  readonly kind: 'planMisses'
  /** The device's name. */
  readonly device: string
  /** What was called: `evaluate`, `place`, `advance` or `explain`. */
  readonly path: string
  /** How many plans there were, this one among them. */
  readonly count: number
  /** The shapes of this graph's inputs and outputs: compare them with those that were meant. */
  readonly inputs: readonly Shape[]
  readonly outputs: readonly Shape[]
  /** The stack of this call, as the JS engine writes it: it names the line that calls the device. */
  readonly stack: string
  /** What happened, and what to write instead. */
  readonly message: string
}

/**
 * A device computes with fewer threads than it was asked for: its `settings.threads` says how many. Told once, when it is
 * known which of them begin.
 */
export interface FewerThreads {
  readonly kind: 'fewerThreads'
  /** The device's name. */
  readonly device: string
  readonly asked: number
  readonly threads: number
  /** What happened, and what it takes to have them. */
  readonly message: string
}

/** What a device may tell its `onEvent`. */
export type DeviceEvent = PlanMisses | FewerThreads

export const planMisses = (
  device: string,
  path: string,
  count: number,
  { instructions, inputs, outputs }: Program,
): PlanMisses => {
  const shapesOf = (numbers: readonly number[]): readonly Shape[] => numbers.map((i) => instructions[i].shape)
  return {
    kind: 'planMisses',
    ...{ device, path, count, inputs: shapesOf(inputs), outputs: shapesOf(outputs) },
    stack: new Error(`${device}.${path}`).stack ?? '',
    message: `${path}: ${count} plans on ${device} for graphs that differ in sizes only. ${manyMissesAdvice}`,
  }
}

export const fewerThreads = (device: string, asked: number, threads: number): FewerThreads => ({
  kind: 'fewerThreads',
  ...{ device, asked, threads },
  message:
    `${device}: ${threads} of ${asked} threads compute. In a browser more of them take a Worker of a page that is ` +
    'cross-origin isolated, and whose content security policy has worker-src blob: if it has one; in Node, version ' +
    '20.16 or later, and the permission to start workers.',
})
