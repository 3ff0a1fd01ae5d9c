/** What planning makes of a plan of the engine. */
import type { KernelDescription } from '../../../engine/backend.js'
import type { Kernel, PlannedBuffer } from '../../../engine/kernel.js'
import type { Launch } from './launch.js'

export interface PlannedKernel {
  readonly kernel: Kernel
  readonly launches: readonly Launch[]
  /** What it costs where that is not what the engine's kernel says. */
  readonly describe?: (given: KernelDescription) => KernelDescription
}

export interface Plan {
  readonly kernels: readonly PlannedKernel[]
  /** Those of the engine's plan, then what kernels need between their launches. */
  readonly buffers: readonly PlannedBuffer[]
  /** Elements. */
  readonly workspace: number
}
