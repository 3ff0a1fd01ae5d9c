/** From a plan of the engine to dispatches, and to the workspace that they need. */
import type { Kernel, KernelPlan } from '../../engine/kernel.js'
import { within } from './crowded.js'
import type { Dispatch, KernelContext, Limits, Region } from './dispatch.js'
import { loop } from './kernel/loop.js'
import { matmul } from './kernel/matmul/matmul.js'
import { reduce } from './kernel/reduce.js'
import { whole } from './kernel/whole/whole.js'
import type { Places, Plan, PlannedKernel } from './planned.js'
import { createRoom, type Room, workspaceSlot } from './room.js'
import { planScan } from './scan.js'

const generate = (kernel: Exclude<Kernel, { kind: 'scan' }>, context: KernelContext): readonly Dispatch[] => {
  switch (kernel.kind) {
    case 'loop':
      return loop(kernel, context)
    case 'reduce':
      return reduce(kernel, context)
    case 'matmul':
      return matmul(kernel, context)
    default:
      return whole(kernel, context)
  }
}

const planKernels = (plan: KernelPlan, regionOf: Places, room: Room): readonly PlannedKernel[] =>
  plan.kernels.map((kernel) => {
    const sizeOf = (buffer: number): number => plan.buffers[buffer].size
    const steps = room.within(() => {
      if (kernel.kind === 'scan') return planScan(kernel, { sizeOf, regionOf }, room, planKernels)
      return within({ kernel, sizeOf, regionOf }, room, (own) =>
        generate(kernel, { limits: room.limits, regionOf: own, scratch: room.take }),
      )
    })
    return { kernel, steps }
  })

/** The slot of the workspace of halves: the last one. */
export const halvesSlot = ({ outputs }: KernelPlan, inputs: number): number => 1 + inputs + outputs.length

/** Where the buffers of a whole program lie. */
export const regionsOf = (plan: KernelPlan, inputs: number): readonly Region[] =>
  plan.buffers.map(({ role, size, dtype, half }): Region => {
    const place = { size, dtype, stride: 0 }
    if (role.kind === 'temporary' && half)
      return { ...place, slot: halvesSlot(plan, inputs), offset: role.offset, half }
    if (role.kind === 'temporary') return { ...place, slot: workspaceSlot, offset: role.offset }
    if (role.kind === 'output') return { ...place, slot: 1 + inputs + role.index, offset: 0 }
    return { ...place, slot: 1 + (role.kind === 'input' ? role.index : role.input), offset: 0 }
  })

export const planProgram = (plan: KernelPlan, inputs: number, limits: Limits): Plan => {
  const regions = regionsOf(plan, inputs)
  const { room, most } = createRoom(limits, plan.workspace)
  const kernels = planKernels(plan, (buffer) => regions[buffer], room)
  return { kernels, workspace: most(), halves: plan.halves ?? 0 }
}
