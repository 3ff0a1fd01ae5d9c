/**
 * Leaves in a device's memory: who holds which buffer, and when it is given back.
 *
 * A leaf's storage has a handle; the handle has the buffer, until it is given up (to a run that makes its outputs there)
 * or the leaf is dropped by the program, which the garbage collector tells at some later macrotask. That is why a loop
 * over states gives them up, and why an asynchronous device lets a macrotask pass when much was made.
 */
import type { DType } from '../array/dtype.js'
import { fail } from '../array/error.js'
import type { DeviceStorage, HostStorage, Storage } from '../array/node.js'

export interface Handle<Buffer> {
  /** Undefined once it is given up. */
  buffer: Buffer | undefined
  readonly bytes: number
}

/** Bytes of an element in device memory, where a bool takes 32 bits. */
export const bytesOf = (dtype: DType): number => (dtype === 'float64' ? 8 : 4)

export class Residence<Buffer> {
  /** Buffers, and their bytes, that leaves hold. */
  held = 0
  heldBytes = 0
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
    const handle: Handle<Buffer> = { buffer, bytes }
    const { owner, name } = this
    const storage: DeviceStorage = { kind: 'device', owner, name, handle, mark: 0, position: 0 }
    this.registry.register(storage, handle, handle)
    this.held++
    this.heldBytes += bytes
    return storage
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
    this.registry.unregister(handle)
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
