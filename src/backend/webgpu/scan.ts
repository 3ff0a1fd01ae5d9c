/**
 * From a scan to the dispatches of its turns. The body is planned for the few ways in which a turn finds and leaves the
 * carry; the turns then repeat those dispatches, each with its own step.
 *
 * The carry changes places: what a turn leaves in one is what the next finds there, so that nothing is copied. The last
 * turn leaves it where the scan's result belongs.
 */
import type { KernelPlan, ScanKernel } from '../../engine/kernel.js'
import { copyOf } from './copy.js'
import type { Dispatch, Region } from './dispatch.js'
import type { Places, PlannedKernel, Step } from './planned.js'
import type { Room } from './room.js'

interface Outer {
  readonly sizeOf: (buffer: number) => number
  readonly regionOf: Places
}

/**
 * Buffers of the outer plan without a stride: those that have one (in a scan within a scan) are copied to and from the
 * workspace, for a shader knows one step only.
 */
const unstrided = ({ sizeOf, regionOf }: Outer, room: Room) => {
  const places = new Map<number, Region>()
  const copies = (buffers: Iterable<number>, back: boolean): Dispatch[] =>
    [...buffers].flatMap((buffer) => {
      const [there, here] = [regionOf(buffer), places.get(buffer)]
      if (here === undefined) return []
      return back ? copyOf(here, there, sizeOf(buffer), room) : copyOf(there, here, sizeOf(buffer), room)
    })
  return {
    regionOf: (buffer: number): Region => {
      const region = regionOf(buffer)
      if (region.stride === 0) return region
      const known = places.get(buffer) ?? room.take(sizeOf(buffer), region.dtype)
      places.set(buffer, known)
      return known
    },
    copiesIn: (buffers: Iterable<number>) => copies(buffers, false),
    copiesOut: (buffers: Iterable<number>) => copies(buffers, true),
  }
}

type PlanKernels = (plan: KernelPlan, regionOf: Places, room: Room) => readonly PlannedKernel[]

/** `planKernels` is how the body is planned: as the outer plan is. */
export const planScan = (kernel: ScanKernel, outer: Outer, room: Room, planKernels: PlanKernels): readonly Step[] => {
  const { length, reverse, carry, body, inputs, outputs } = kernel
  const { regionOf, copiesIn, copiesOut } = unstrided(outer, room)
  const sizeOfOutput = (output: number): number => body.buffers[body.outputs[output]].size
  const carries = outputs.slice(0, carry)
  const initial = carries.map((_, c) => regionOf(inputs[c].buffer))
  const last = carries.map(({ buffer }) => regionOf(buffer))
  const sources = new Set(inputs.map(({ buffer }) => buffer))
  const targets = new Set(outputs.map(({ buffer }) => buffer))
  for (const buffer of [...sources, ...targets]) regionOf(buffer)

  const turns = (): readonly Step[] => {
    if (length === 0) return carries.flatMap((_, c) => copyOf(initial[c], last[c], sizeOfOutput(c), room))
    const workspace = regionOf(kernel.workspace)
    const halves = kernel.halves === undefined ? undefined : regionOf(kernel.halves)
    const others = length === 1 ? last : last.map(({ size, dtype }) => room.take(size, dtype))

    /** One turn that finds the carry in `from` and leaves it in `to`. */
    const turn = (from: readonly Region[], to: readonly Region[]): readonly Step[] => {
      const placeOfInput = (input: number): Region => {
        if (input < carry) return from[input]
        const { buffer, stride } = inputs[input]
        return { ...regionOf(buffer), stride }
      }
      const placeOfOutput = (output: number): Region => {
        if (output < carry) return to[output]
        const { buffer, stride } = outputs[output]
        return { ...regionOf(buffer), stride }
      }
      const regions = body.buffers.map(({ role, size, dtype, half }): Region => {
        if (role.kind === 'temporary') {
          const { slot, offset } = half ? halves! : workspace
          return { slot, offset: offset + role.offset, size, stride: 0, dtype, ...(half ? { half } : {}) }
        }
        const place = role.kind === 'output' ? placeOfOutput(role.index) : placeOfInput(indexOf(role))
        return { ...place, dtype }
      })
      const steps = planKernels(body, (buffer) => regions[buffer], room).flatMap((each) => each.steps)
      // A result that stands elsewhere is copied to its place at the end.
      const copies = body.outputs.flatMap((buffer, output) => {
        const { role } = body.buffers[buffer]
        if (role.kind === 'output' && role.index === output) return []
        return copyOf(regions[buffer], placeOfOutput(output), sizeOfOutput(output), room)
      })
      return [...steps, ...copies]
    }
    const first = turn(initial, length % 2 === 1 ? last : others)
    const even = carry === 0 || length < 2 ? first : turn(others, last)
    const odd = carry === 0 || length < 3 ? first : turn(last, others)
    return [{ kind: 'scan', length, reverse, first, even, odd }]
  }
  return [...copiesIn(sources), ...turns(), ...copiesOut(targets)]
}

const indexOf = (role: { readonly index: number } | { readonly input: number }): number =>
  'index' in role ? role.index : role.input
