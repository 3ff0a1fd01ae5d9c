/**
 * Numbers for the storages that one walk meets. Those in a device's memory, of which a step of training has as many as
 * there are arrays in its state, have room for theirs: maps of them were a fifteenth of what such a step allocated. Those
 * on the host are few, and come from anywhere.
 *
 * Two walks must not be under way at once, for the later one takes that room.
 */
import { type HostStorage, nextMark, type Storage } from '../../array/node.js'

/** What nobody else writes to. */
interface Scratch {
  mark: number
  position: number
}

export class StorageNumbers {
  private mark = 0
  private hosts = new Map<HostStorage, number>()

  /** Forgets all numbers. */
  start(): void {
    this.mark = nextMark()
    if (this.hosts.size > 0) this.hosts = new Map()
  }

  /** The number of a storage, or -1 where it has none. */
  of(storage: Storage): number {
    if (storage.kind === 'host') return this.hosts.get(storage) ?? -1
    return storage.mark === this.mark ? storage.position : -1
  }

  give(storage: Storage, number: number): void {
    if (storage.kind === 'host') this.hosts.set(storage, number)
    else {
      const scratch = storage as Scratch
      scratch.mark = this.mark
      scratch.position = number
    }
  }
}
