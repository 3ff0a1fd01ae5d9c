import { add, type Tensor, tensor } from 'pullback'
import { describe, expect, it } from 'vitest'
import { alias } from '../../src/array/control.js'
import type { Storage } from '../../src/array/node.js'
import { type AnyTensor, leaf, nodeOf } from '../../src/array/tensor.js'
import { createDonations } from '../../src/engine/donations.js'

const resident = (): Tensor => {
  const storage: Storage = { kind: 'device', owner: {}, name: 'toy', handle: {}, mark: 0, position: 0 }
  return leaf(storage, [2], 'float32') as Tensor
}
const storageIn = (x: AnyTensor): Storage => nodeOf(x).payload as Storage

describe('donations', () => {
  const [a, b, onHost] = [resident(), resident(), tensor([1, 2]) as Tensor]
  const none = createDonations(() => undefined)

  it('are the storages of a tree, each once, in its order', () => {
    expect(none({ first: b, rest: [a, alias(b), onHost, b, add(a, a), 3] }, [])).toEqual([b, a, onHost].map(storageIn))
  })
  it('are none that are returned as they are, under whatever identity', () => {
    expect(none([a, b, onHost], [alias(a), add(b, b) as AnyTensor])).toEqual([b, onHost].map(storageIn))
    expect(none([a, b], [a, b])).toEqual([])
    // Every call is for itself.
    expect(none([a, b], [])).toEqual([a, b].map(storageIn))
  })
  it('are no copies of what is returned', () => {
    const copies = createDonations((storage) => (storage === storageIn(onHost) ? storageIn(a) : undefined))
    expect(copies([a, b], [onHost])).toEqual([storageIn(b)])
    expect(copies([a, b, onHost], [])).toEqual([a, b, onHost].map(storageIn))
  })
})
