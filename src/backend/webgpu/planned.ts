/** What a plan is made of: dispatches, and scans that repeat some. */
import type { Kernel } from '../../engine/kernel.js'
import type { Dispatch, Region } from './dispatch.js'

/** Turn t runs `first` for t = 0, else `even` where the number of turns left is even (the last turn's is 0), or `odd`. */
export interface Scan {
  readonly kind: 'scan'
  readonly length: number
  readonly reverse: boolean
  readonly first: readonly Step[]
  readonly even: readonly Step[]
  readonly odd: readonly Step[]
}

export type Step = Dispatch | Scan

export interface PlannedKernel {
  readonly kernel: Kernel
  readonly steps: readonly Step[]
}

export interface Plan {
  readonly kernels: readonly PlannedKernel[]
  /** Elements. */
  readonly workspace: number
  /** Elements of the workspace of halves. */
  readonly halves: number
}

/** Where each buffer of a plan lies. */
export type Places = (buffer: number) => Region

export const isScan = (step: Step): step is Scan => 'kind' in step

/** Calls `turn` with the steps of each turn of a scan, and with the step that it is. */
export const eachTurn = <A>(
  { length, reverse, first, even, odd }: { readonly [K in keyof Scan]: Scan[K] extends readonly Step[] ? A : Scan[K] },
  turn: (steps: A, step: number) => void,
): void => {
  for (let t = 0; t < length; t++) {
    const left = length - 1 - t
    turn(t === 0 ? first : left % 2 === 0 ? even : odd, reverse ? left : t)
  }
}
