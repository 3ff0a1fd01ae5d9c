/**
 * A plan as commands that are ready to be recorded: pipelines, and bind groups that are made once and made anew only
 * where a buffer they name is another one.
 */
import { type Binding, type Dispatch, elementBytes } from '../dispatch.js'
import { eachTurn, isScan, type Plan, type Step } from '../planned.js'
import { offsetAlignment } from './constants.js'
import type { Pipeline } from './pipelines.js'
import type { Runtime } from './runtime.js'
import { createUniforms, type Uniforms } from './uniforms.js'

/** The GPU buffer of each slot. */
export type Slots = readonly GPUBuffer[]

/** Something to record, at a step of the scan that it is in. */
type Command = (pass: GPUComputePassEncoder, slots: Slots, step: number) => void

export interface Commands {
  /** One for each kernel of the plan. */
  readonly kernels: readonly Command[]
  readonly uniforms: Uniforms
  /** What one run dispatches, and how many shaders that takes. */
  readonly counts: { readonly dispatches: number; readonly pipelines: number }
}

/** Bind groups that a command remembers: a state that changes between a few places makes none anew. */
const remembered = 4

interface Group {
  readonly buffers: readonly GPUBuffer[]
  readonly group: GPUBindGroup
}

/** Bindings of arrays of vectors are whole vectors; what is beyond an array is never looked at. */
const bindingBytes = (binding: Binding): number => Math.ceil(binding.size / 4) * 4 * elementBytes(binding)

/** The bind group for the buffers that the slots have now. */
const storageGroups = (device: GPUDevice, layout: GPUBindGroupLayout, bindings: readonly Binding[]) => {
  const groups: Group[] = []
  const fits = ({ buffers }: Group, slots: Slots): boolean => {
    for (let i = 0; i < bindings.length; i++) if (buffers[i] !== slots[bindings[i].slot]) return false
    return true
  }
  return (slots: Slots): GPUBindGroup => {
    for (let i = 0; i < groups.length; i++) if (fits(groups[i], slots)) return groups[i].group
    const buffers = bindings.map(({ slot }) => slots[slot])
    const group = device.createBindGroup({
      layout,
      entries: bindings.map((each, binding) => ({
        binding,
        resource: { buffer: buffers[binding], offset: elementBytes(each) * each.offset, size: bindingBytes(each) },
      })),
    })
    groups.unshift({ buffers, group })
    if (groups.length > remembered) groups.pop()
    return group
  }
}

const dispatchesOf = (steps: readonly Step[]): readonly Dispatch[] =>
  steps.flatMap((step) => (isScan(step) ? [step.first, step.even, step.odd].flatMap(dispatchesOf) : [step]))

const countOf = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => {
    if (!isScan(step)) return sum + 1
    const turns = { ...step, first: countOf(step.first), even: countOf(step.even), odd: countOf(step.odd) }
    let own = 0
    eachTurn(turns, (count) => {
      own += count
    })
    return sum + own
  }, 0)

const longestScan = (steps: readonly Step[]): number =>
  Math.max(
    0,
    ...steps.map((step) =>
      isScan(step) ? Math.max(step.length, ...[step.first, step.even, step.odd].map(longestScan)) : 0,
    ),
  )

/** Compiles all that a plan needs, at the same time. */
export const createCommands = async (runtime: Runtime, plan: Plan): Promise<Commands> => {
  const { device, pipelines } = runtime
  const steps = plan.kernels.flatMap((kernel) => kernel.steps)
  const dispatches = dispatchesOf(steps)
  const compiled = new Map<Dispatch, Pipeline>()
  await Promise.all(
    [...new Set(dispatches)].map(async (dispatch) => compiled.set(dispatch, await pipelines.get(dispatch))),
  )
  const uniforms = createUniforms(
    device,
    dispatches.map(({ scalars }) => scalars),
  )
  const longest = longestScan(steps)
  const stepNumbers = longest > 0 ? runtime.steps(longest) : undefined

  const uniformGroup = ({ scalars, stepped }: Dispatch, layout: GPUBindGroupLayout): GPUBindGroup =>
    device.createBindGroup({
      layout,
      entries: [
        ...(scalars.length === 0
          ? []
          : [{ binding: 0, resource: { buffer: uniforms.buffer!, ...uniforms.placeOf(scalars) } }]),
        ...(stepped ? [{ binding: 1, resource: { buffer: stepNumbers!, offset: 0, size: 16 } }] : []),
      ],
    })

  const dispatchCommand = (dispatch: Dispatch): Command => {
    const { pipeline, storage, uniforms: layout } = compiled.get(dispatch)!
    const groupFor = storageGroups(device, storage, dispatch.bindings)
    const second = layout === undefined ? undefined : uniformGroup(dispatch, layout)
    const { stepped } = dispatch
    const [x, y, z] = dispatch.workgroups
    const offsets = new Uint32Array(1)
    return (pass, slots, step) => {
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, groupFor(slots))
      if (stepped) {
        offsets[0] = step * offsetAlignment
        pass.setBindGroup(1, second!, offsets, 0, 1)
      } else if (second !== undefined) pass.setBindGroup(1, second)
      pass.dispatchWorkgroups(x, y, z)
    }
  }

  const known = new Map<readonly Step[], Command>()
  const commandsOf = (list: readonly Step[]): Command => {
    const found = known.get(list)
    if (found !== undefined) return found
    const commands = list.map((step): Command => (isScan(step) ? scanCommand(step) : dispatchCommand(step)))
    const command: Command = (pass, slots, step) => {
      for (let i = 0; i < commands.length; i++) commands[i](pass, slots, step)
    }
    known.set(list, command)
    return command
  }
  const scanCommand = (scan: Extract<Step, { readonly kind: 'scan' }>): Command => {
    const turns = { ...scan, first: commandsOf(scan.first), even: commandsOf(scan.even), odd: commandsOf(scan.odd) }
    return (pass, slots) => eachTurn(turns, (turn, step) => turn(pass, slots, step))
  }
  const counts = { dispatches: countOf(steps), pipelines: new Set([...compiled.values()]).size }
  return { kernels: plan.kernels.map((kernel) => commandsOf(kernel.steps)), uniforms, counts }
}
