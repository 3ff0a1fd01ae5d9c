/**
 * Devices: what runs graphs. `deviceOf` makes one of any backend.
 *
 * Laws: 1. evaluate(evaluate(tree)) = evaluate(tree), and its values are those of the tree. 2. Nothing that was passed
 * in changes, but for what `advance` was told to give up. 3. read(place(tree)) = evaluate(tree).
 */
import { type AnyTensor, nodeOf } from '../array/tensor.js'
import type { Backend, DeviceSettings } from './backend.js'
import type { DeviceEvent } from './event.js'
import type { ExplainOptions, Explanation } from './explain.js'
import { makeRuntime } from './runtime.js'

/**
 * An interpreter of dataflow: a value that you pass. It holds memory and plans, and no state that decides a result.
 */
export interface Device {
  readonly name: string
  /**
   * What it really runs with, such as the number of threads that it could have. Together with the name it says all that
   * decides about bits or speed: record it with results. It changes when a device loses what it was to run with.
   */
  readonly settings: DeviceSettings
  /**
   * The tree with its tensors replaced by values on the host. The originals stay unevaluated: use the result. Values
   * that are on the host already, and what is no tensor, pass as they are.
   *
   * @throws PullbackError when a leaf is in another device's memory, was given up, or has a dtype the device lacks
   */
  readonly evaluate: <T>(tree: T) => Promise<T>
  /** The tree with its tensors in the device's memory, for repeated use. The same leaf is uploaded once. */
  readonly place: <T>(tree: T) => Promise<T>
  /** The tree with leaves in the device's memory copied to the host. */
  readonly read: <T>(tree: T) => Promise<T>
  /**
   * As `place`, but leaves of `donated` are given up: results take their place in memory, and using such a leaf later
   * is an error. For loops that own their state. Leaves that `tree` returns as they are stay.
   */
  readonly advance: <T>(tree: T, donated: unknown) => Promise<T>
  /**
   * What `evaluate` would run; see {@link Explanation}. With `{ run: true }` it is run, and every kernel's milliseconds
   * are told, too.
   */
  readonly explain: (tree: unknown, options?: ExplainOptions) => Promise<Explanation>
}

/** A device that computes at once. */
export interface SyncDevice extends Device {
  readonly evaluateSync: <T>(tree: T) => T
  readonly placeSync: <T>(tree: T) => T
  readonly readSync: <T>(tree: T) => T
  readonly advanceSync: <T>(tree: T, donated: unknown) => T
  readonly explainSync: (tree: unknown, options?: ExplainOptions) => Explanation
}

/** What every device takes. */
export interface DeviceOptions {
  /** Plans kept, least recently used out; 256 unless told. */
  readonly plans?: number
  /** Is told what is no mistake and worth knowing, while the device is at work: it must not use the device. */
  readonly onEvent?: (event: DeviceEvent) => void
}

/**
 * The device of a backend; a synchronous backend makes a synchronous device.
 *
 * @example
 * import { deviceOf } from 'pullback'
 * import { referenceBackend } from 'pullback/reference'
 *
 * const device = deviceOf(referenceBackend(), { plans: 32, onEvent: ({ message }) => console.warn(message) })
 * device.name // => 'reference'
 */
export function deviceOf<Buffer>(backend: Backend<Buffer, 'sync'>, options?: DeviceOptions): SyncDevice
export function deviceOf<Buffer>(backend: Backend<Buffer, 'async'>, options?: DeviceOptions): Device
export function deviceOf<Buffer>(
  backend: Backend<Buffer, 'sync'> | Backend<Buffer, 'async'>,
  { plans = 256, onEvent = () => {} }: DeviceOptions = {},
): Device | SyncDevice {
  const runtime = makeRuntime(backend, plans, onEvent)
  const sync: Omit<SyncDevice, keyof Device> = {
    evaluateSync: (tree) => runtime.evaluate(tree) as typeof tree,
    placeSync: (tree) => runtime.advance('place', tree, []) as typeof tree,
    readSync: (tree) => runtime.read(tree) as typeof tree,
    advanceSync: (tree, donated) => runtime.advance('advance', tree, donated) as typeof tree,
    explainSync: (tree, options = {}) => runtime.explain(tree, options) as Explanation,
  }
  return {
    name: backend.name,
    get settings() {
      return backend.settings ?? {}
    },
    evaluate: async (tree) => runtime.pause(runtime.evaluate(tree)),
    place: async (tree) => runtime.pause(runtime.advance('place', tree, [])),
    read: async (tree) => runtime.read(tree),
    advance: async (tree, donated) => runtime.pause(runtime.advance('advance', tree, donated)),
    explain: async (tree, options = {}) => runtime.explain(tree, options),
    ...(backend.mode === 'sync' ? sync : {}),
  }
}

/** Whether a tensor is in some device's memory. */
export const isResident = (x: AnyTensor): boolean => {
  const { op, payload } = nodeOf(x)
  return op === 'data' && (payload as { kind?: string }).kind === 'device'
}
