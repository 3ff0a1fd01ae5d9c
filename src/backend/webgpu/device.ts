/** The device of a runtime. */
import { type Device, type DeviceOptions, deviceOf } from '../../engine/device.js'
import { backendOn } from './backend.js'
import type { Runtime } from './runtime/runtime.js'

/**
 * A backend's upload cannot wait, and whether there is memory behind a buffer is known only later. So `place` waits here:
 * what has no room is told where it was placed, not where it is first used.
 */
export const deviceOn = (runtime: Runtime, options?: DeviceOptions): Device => {
  const device = deviceOf(backendOn(runtime), options)
  return {
    ...device,
    place: async (tree) => {
      const placed = device.place(tree)
      // What was made for these leaves was made by now.
      const created = runtime.memory.settled()
      const [result] = await Promise.all([placed, created])
      return result
    },
  }
}
