/**
 * The devices that tests run on: those that are there. Which ones are missing is printed, so that no test is skipped in
 * silence, and is an error where PULLBACK_REQUIRE_DEVICES=1 says that all must be there.
 */
import type { Device } from 'pullback'
import { cpu } from 'pullback/cpu'
import type { Tolerance } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { type WebgpuOptions, webgpu } from 'pullback/webgpu'

export interface TestDevice {
  readonly name: string
  readonly device: Device
  /** How far its float32 may be from the reference's, absolute and relative; see laws/backend.ts. */
  readonly bound: number
  /** Where its kernels may round differently: how far from each other those that mean the same may be. */
  readonly rounding?: Tolerance
}

interface Known {
  readonly name: string
  readonly bound: number
  /** Whether its compiler may contract or reorder, so that the bound holds in place of bits; no, unless told. */
  readonly rounds?: boolean
  /** Rejects, or throws, where there is none. */
  readonly make: () => Device | Promise<Device>
}

/** The GPU of this machine; a driver in software will do. */
export const openWebgpu = async (options?: WebgpuOptions): Promise<Device> => {
  const opened = await webgpu(options)()
  if (opened._tag === 'Left') throw opened.left
  return opened.right
}

const known: readonly Known[] = [
  { name: 'reference', bound: 0, make: () => reference() },
  { name: 'cpu', bound: 2 ** -17, make: () => cpu() },
  { name: 'webgpu', bound: 2 ** -17, rounds: true, make: () => openWebgpu() },
]

/** The known devices that can be made. `warn` is told which cannot; where all are required, that is an error. */
export const findDevices = async (
  known: readonly Known[],
  required: boolean,
  warn: (message: string) => void,
): Promise<readonly TestDevice[]> => {
  const found: TestDevice[] = []
  const missing: string[] = []
  for (const { name, bound, rounds = false, make } of known)
    try {
      const device = await make()
      found.push({ name, bound, device, ...(rounds ? { rounding: { absolute: bound, relative: bound } } : {}) })
    } catch (error) {
      missing.push(`${name} (${error instanceof Error ? error.message : String(error)})`)
    }
  if (missing.length > 0) {
    const message = `devices that are missing: ${missing.join(', ')}`
    if (required) throw new Error(message)
    warn(message)
  }
  return found
}

export const devices = await findDevices(known, process.env.PULLBACK_REQUIRE_DEVICES === '1', console.warn)
