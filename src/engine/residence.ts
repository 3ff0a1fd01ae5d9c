/**
 * Leaves in a device's memory: who holds which buffer, and when it is given back.
 *
 * A leaf's storage has a handle; the handle has the buffer, until it is given up (to a run that makes its outputs there)
 * or the leaf is dropped by the program, which the garbage collector tells at some later macrotask. That is why a loop
 * over states gives them up, and why an asynchronous device lets a macrotask pass when much was made.
 *
 * To be told of costs more than to be forgotten: what is registered survives the collector's rounds with all it hangs
 * together with (over 10,000 steps of a small network resident memory grew by a half), and 1,200 registrations were half
 * a millisecond of a step of 45. So what such a loop makes is registered only when its
 * next turn, or some other calls after it, have not given it up.
 */
import type { DType } from '../array/dtype.js'
import { fail } from '../array/error.js'
import type { DeviceStorage, HostStorage, Storage } from '../array/node.js'

export interface Handle<Buffer> {
  /** Undefined once it is given up. */
  buffer: Buffer | undefined
  readonly bytes: number
  /** Whether the garbage collector has been asked to tell of it. */
  registered: boolean
}

/** How many calls a loop may make between two turns, for reading its measures say. */
const callsInTurn = 8

/** Bytes of an element in device memory, where a bool takes 32 bits. */
export const bytesOf = (dtype: DType): number => (dtype === 'float64' ? 8 : 4)

export class Residence<Buffer> {
  /** Buffers, and their bytes, that leaves hold. */
  held = 0
  heldBytes = 0
  /** Made in the last turn, and not registered yet. */
  private fresh: DeviceStorage[] = []
  /** Since then. */
  private calls = 0
  private readonly registry: FinalizationRegistry<Handle<Buffer>>
  private readonly copies = new WeakMap<HostStorage, WeakRef<DeviceStorage>>()

  constructor(
    private readonly name: string,
    private readonly owner: object,
    private readonly release: (buffer: Buffer) => void,
  ) {
    this.registry = new FinalizationRegistry((handle) => this.drop(handle))
  }

  /** A storage that holds `buffer`. */
  hold(buffer: Buffer, bytes: number): DeviceStorage {
    const storage = this.holdForTurn(buffer, bytes)
    this.register(this.fresh.pop()!)
    return storage
  }

  /** As `hold`, for what will most likely be given up before it is dropped. */
  holdForTurn(buffer: Buffer, bytes: number): DeviceStorage {
    const handle: Handle<Buffer> = { buffer, bytes, registered: false }
    const { owner, name } = this
    const storage: DeviceStorage = { kind: 'device', owner, name, handle, mark: 0, position: 0 }
    this.fresh.push(storage)
    this.held++
    this.heldBytes += bytes
    return storage
  }

  /** A call began that is no turn of a loop. */
  called(): void {
    if (this.fresh.length > 0 && ++this.calls >= callsInTurn) this.settle()
  }

  /** The turn is over: what was made for it and is still held is registered. */
  settle(): void {
    for (const storage of this.fresh) this.register(storage)
    this.fresh = []
    this.calls = 0
  }

  private register(storage: DeviceStorage): void {
    const handle = storage.handle as Handle<Buffer>
    if (handle.buffer === undefined) return
    handle.registered = true
    this.registry.register(storage, handle, handle)
  }

  /** The buffer of a storage of this device. */
  bufferOf(path: string, storage: DeviceStorage): Buffer {
    const buffer = this.handleOf(path, storage).buffer
    return (
      buffer ??
      fail(
        path,
        'values that still exist',
        `one whose memory on ${this.name} was given up to the step after it`,
        'Use the newer value, or evaluate a copy before the step that takes its place.',
      )
    )
  }

  /** Takes the buffer away from a storage: the caller has it now. */
  giveUp(path: string, storage: DeviceStorage): Buffer {
    const buffer = this.bufferOf(path, storage)
    const handle = storage.handle as Handle<Buffer>
    if (handle.registered) this.registry.unregister(handle)
    this.empty(handle)
    return buffer
  }

  /** Gives a storage's buffer back to the backend. */
  free(path: string, storage: DeviceStorage): void {
    this.release(this.giveUp(path, storage))
  }

  /** The resident copy of a host storage, if it is still there. */
  copyOf(storage: HostStorage): DeviceStorage | undefined {
    const copy = this.copies.get(storage)?.deref()
    return copy !== undefined && (copy.handle as Handle<Buffer>).buffer !== undefined ? copy : undefined
  }

  remember(storage: HostStorage, copy: DeviceStorage): void {
    this.copies.set(storage, new WeakRef(copy))
  }

  check(path: string, storage: Storage): void {
    if (storage.kind === 'device') this.bufferOf(path, storage)
  }

  private handleOf(path: string, storage: DeviceStorage): Handle<Buffer> {
    if (storage.owner !== this.owner)
      fail(
        path,
        `leaves on the host or on ${this.name}`,
        `a leaf in the memory of ${storage.name}${storage.name === this.name ? ' (another device of that name)' : ''}`,
        'Read it with the device that has it: device.read(tree).',
      )
    return storage.handle as Handle<Buffer>
  }

  private drop(handle: Handle<Buffer>): void {
    const { buffer } = handle
    if (buffer === undefined) return
    this.empty(handle)
    this.release(buffer)
  }

  private empty(handle: Handle<Buffer>): void {
    handle.buffer = undefined
    this.held--
    this.heldBytes -= handle.bytes
  }
}
