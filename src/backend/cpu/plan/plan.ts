/** From a plan of the engine to launches and to the memory they need. */
import type { Kernel, KernelPlan, PlannedBuffer } from '../../../engine/kernel.js'
import { planExternal } from './external.js'
import { type Launch, ownProducts, type Products, type Room, type Word } from './launch.js'
import { planLoop } from './loop.js'
import { planMatmul } from './matmul.js'
import type { Plan, PlannedKernel } from './planned.js'
import { planReduce } from './reduce/reduce.js'
import { planScan } from './scan.js'
import type { Sharing } from './sharing.js'
import { planWhole } from './whole.js'
import { planWinograd } from './winograd.js'

const alignment = 16

const launchesOf = (kernel: Kernel, room: Room): Launch[] => {
  switch (kernel.kind) {
    case 'loop':
      return planLoop('loop', kernel.dims, kernel, undefined, room.overlap)
    case 'reduce':
      return planReduce(kernel, room)
    case 'matmul':
      return planExternal(kernel, room) ?? planMatmul(kernel, room)
    case 'scan':
      return planScan(kernel, room, (body) => planKernels(body, room.sharing, room.products))
    default:
      return planWhole(kernel, room)
  }
}

/** Temporaries share the workspace, outputs stand in the place of donated inputs. */
const overlap = (a: PlannedBuffer, b: PlannedBuffer): boolean => {
  if (a.role.kind === 'temporary' && b.role.kind === 'temporary')
    return a.role.offset < b.role.offset + b.size && b.role.offset < a.role.offset + a.size
  const donated = (x: PlannedBuffer, y: PlannedBuffer): boolean =>
    x.role.kind === 'donated' && y.role.kind === 'input' && x.role.input === y.role.index
  return donated(a, b) || donated(b, a)
}

export const planKernels = (plan: KernelPlan, sharing: Sharing, products: Products = ownProducts): Plan => {
  const buffers = [...plan.buffers]
  let workspace = plan.workspace
  const tables = new Map<string, Word>()
  const kernels = plan.kernels.map((kernel): PlannedKernel => {
    // What one kernel needs for itself lies where that of the others lies.
    let end = plan.workspace
    const room: Room = {
      sharing,
      products,
      temporary: (size) => {
        buffers.push({ dtype: 'float32', size, role: { kind: 'temporary', offset: end } })
        end += Math.ceil(size / alignment) * alignment
        workspace = Math.max(workspace, end)
        return buffers.length - 1
      },
      overlap: (a, b) => a === b || overlap(buffers[a], buffers[b]),
      table: (key, describe) => {
        const known = tables.get(key)
        if (known !== undefined) return known
        const word: Word = { kind: 'made', table: describe() }
        tables.set(key, word)
        return word
      },
    }
    const convolution = kernel.kind === 'matmul' ? planWinograd(kernel, room) : undefined
    return { kernel, ...(convolution ?? { launches: launchesOf(kernel, room) }) }
  })
  return { kernels, buffers, workspace }
}
