/** Which storages a call gives up. */
import type { HostStorage, Storage } from '../array/node.js'
import type { AnyTensor } from '../array/tensor.js'
import { visitLeaves } from '../array/tree.js'
import { StorageNumbers } from './canonical/storageNumbers.js'
import { sourceOf, storageOf } from './source.js'

/** Storages that a tree gives up: each once, and not those of leaves that are `returned` as they are. */
export type Donations = (donated: unknown, returned: readonly AnyTensor[]) => readonly Storage[]

/** @param copyOf the resident copy of what is on the host, if there is one */
export const createDonations = (copyOf: (storage: HostStorage) => Storage | undefined): Donations => {
  const met = new StorageNumbers()
  /** Whether a storage is met for the first time. */
  const meet = (storage: Storage | undefined): boolean => {
    if (storage === undefined || met.of(storage) >= 0) return false
    met.give(storage, 0)
    return true
  }
  return (donated, returned) => {
    const out: Storage[] = []
    met.start()
    for (let i = 0; i < returned.length; i++) {
      const storage = storageOf(sourceOf(returned[i]))
      meet(storage)
      // What is returned of it is this copy.
      if (storage?.kind === 'host') meet(copyOf(storage))
    }
    visitLeaves(donated, (x) => {
      const storage = storageOf(sourceOf(x))
      if (storage !== undefined && meet(storage)) out.push(storage)
    })
    return out
  }
}
