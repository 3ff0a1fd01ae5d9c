/** Copies between two stretches that share no place. */
import type { Dispatch, Region } from './dispatch.js'
import { loop } from './kernel/loop.js'
import type { Room } from './room.js'

/** Copies the first `size` elements of a region to another. */
export const copyOf = (from: Region, to: Region, size: number, { limits, take }: Room): readonly Dispatch[] => {
  if (size === 0) return []
  const regions = [from, to]
  const access = (buffer: number) => ({ buffer, offset: 0, strides: [1] })
  const { dtype } = from
  return loop(
    {
      ...{ kind: 'loop', dims: [size], steps: [] },
      operands: [{ kind: 'load', dtype, access: access(0) }],
      stores: [{ value: 0, access: access(1) }],
    },
    { limits, regionOf: (buffer) => regions[buffer], scratch: take },
  )
}
