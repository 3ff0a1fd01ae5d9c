/** Devices by name, for command lines. A backend is loaded when it is asked for. */
import type { Device } from '../engine/device.js'

/** The devices that there are, the usual one first. */
export const deviceNames = ['cpu', 'reference'] as const
export type DeviceName = (typeof deviceNames)[number]

const makers: Readonly<Record<DeviceName, () => Promise<Device>>> = {
  cpu: async () => (await import('../backend/cpu/index.js')).cpu(),
  reference: async () => (await import('../backend/reference/index.js')).reference(),
}

/** The device of a name. There is no fallback: what cannot be had is an error. */
export const openDevice = (name: DeviceName): Promise<Device> => makers[name]()
