import { addressRange, callIndirect, define, i32 } from '../emit/instructions.js'
import { kernelType } from '../plan/launch.js'

export const launchBytes = 16

/** (address of the list, end of the list, scratch) */
export const sequence = define(['i32', 'i32', 'i32'], [], (_, ...params) => {
  const [list, end, scratch] = params
  return addressRange(
    list,
    list,
    end,
    launchBytes,
    callIndirect(kernelType, i32.load(list), i32.load(list, 4), 0, i32.load(list, 8), scratch),
  )
})
