/**
 * Kernels that touch more GPU buffers than one shader can be bound to: some of them are copied to the workspace, which
 * is one buffer however many arrays lie there, and what is written there is copied to its place afterwards.
 */
import type { Kernel } from '../../engine/kernel.js'
import { usesOf } from '../../engine/lower/accesses.js'
import { copyOf } from './copy.js'
import type { Dispatch, Region } from './dispatch.js'
import type { Places } from './planned.js'
import { type Room, workspaceSlot } from './room.js'

interface Given {
  readonly kernel: Kernel
  readonly sizeOf: (buffer: number) => number
  readonly regionOf: Places
}

/** The buffers of a kernel that lie in each slot but those of the workspaces. */
const slotsOf = (buffers: Iterable<number>, regionOf: Places): ReadonlyMap<number, readonly number[]> => {
  const slots = new Map<number, number[]>()
  for (const buffer of buffers) {
    const { slot, half } = regionOf(buffer)
    if (slot === workspaceSlot || half) continue
    const list = slots.get(slot)
    if (list === undefined) slots.set(slot, [buffer])
    else list.push(buffer)
  }
  return slots
}

/** The dispatches that `generate` writes for a kernel, given where its buffers lie, with the copies that it takes. */
export const within = (
  { kernel, sizeOf, regionOf }: Given,
  room: Room,
  generate: (regionOf: Places) => readonly Dispatch[],
): readonly Dispatch[] => {
  const { reads, writes } = usesOf(kernel)
  const written = new Set(writes)
  const used = new Set([...reads, ...writes])
  const slots = slotsOf(used, regionOf)
  // One more for the workspace, and one for that of halves.
  const workspaces = [...used].some((buffer) => regionOf(buffer).half) ? 2 : 1
  const excess = slots.size + workspaces - room.limits.storageBuffers
  if (excess <= 0) return generate(regionOf)
  // What is written costs two copies: a kernel may write a part of a buffer only.
  const costOf = (buffers: readonly number[]): number =>
    buffers.reduce((sum, buffer) => sum + sizeOf(buffer) * (written.has(buffer) ? 2 : 1), 0)
  const moved = [...slots.values()]
    .sort((a, b) => costOf(a) - costOf(b))
    .slice(0, excess)
    .flat()
  const places = new Map(moved.map((buffer) => [buffer, room.take(sizeOf(buffer), regionOf(buffer).dtype)]))
  const own = generate((buffer) => places.get(buffer) ?? regionOf(buffer))
  const copies = (from: Places, to: Places, buffers: readonly number[]): readonly Dispatch[] =>
    buffers.flatMap((buffer) => copyOf(from(buffer), to(buffer), sizeOf(buffer), room))
  const placeOf = (buffer: number): Region => places.get(buffer)!
  return [
    ...copies(regionOf, placeOf, moved),
    ...own,
    ...copies(
      placeOf,
      regionOf,
      moved.filter((buffer) => written.has(buffer)),
    ),
  ]
}
