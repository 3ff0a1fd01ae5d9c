/** Room in the workspace beside the temporaries of a plan. */
import type { DType } from '../../array/dtype.js'
import type { Limits, Region } from './dispatch.js'

/** Temporaries begin at multiples of so many elements: 256 bytes, where bindings can begin. */
export const alignment = 64

/** The workspace is slot 0; then come the inputs, then the outputs. */
export const workspaceSlot = 0

/** Room for one kernel at a time. */
export interface Room {
  readonly limits: Limits
  readonly take: (elements: number, dtype: DType) => Region
  /** What is taken within is free again afterwards. */
  readonly within: <A>(body: () => A) => A
}

/** Room from element `start` of the workspace on, and where the most that was taken at a time ends. */
export const createRoom = (limits: Limits, start: number): { readonly room: Room; readonly most: () => number } => {
  let end = Math.ceil(start / alignment) * alignment
  let most = end
  const room: Room = {
    limits,
    take: (size, dtype) => {
      const offset = end
      end += Math.max(1, Math.ceil(size / alignment)) * alignment
      most = Math.max(most, end)
      return { slot: workspaceSlot, offset, size, stride: 0, dtype }
    },
    within: (body) => {
      const before = end
      const result = body()
      end = before
      return result
    },
  }
  return { room, most: () => most }
}
