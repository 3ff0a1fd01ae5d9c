/**
 * Runs a list of launches. A plan is data, four words a launch: [place of the function in the table, address of its
 * descriptor, units, units that a thread takes at a time (0: all of them, on this thread)].
 */
import type { Local } from '../emit/code.js'
import { addressRange, callIndirect, define, i32 } from '../emit/instructions.js'
import { kernelType } from '../plan/launch.js'

export const launchBytes = 16

/** (address of the list, end of the list, scratch) */
export const sequence = define(['i32', 'i32', 'i32'], [], (_, ...params) => {
  const [list, end, scratch] = params as [Local, Local, Local]
  return addressRange(
    list,
    list,
    end,
    launchBytes,
    callIndirect(kernelType, i32.load(list), i32.load(list, 4), 0, i32.load(list, 8), scratch),
  )
})
