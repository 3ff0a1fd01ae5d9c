import { expect, test } from 'vitest'
import type { DeviceStorage, HostStorage } from '../../../src/array/node.js'
import { StorageNumbers } from '../../../src/engine/canonical/storageNumbers.js'

const onHost = (): HostStorage => ({ kind: 'host', data: new Float32Array(1) })
const onDevice = (): DeviceStorage => ({ kind: 'device', owner: {}, name: 'x', handle: 0, mark: 0, position: 0 })

test.each([
  ['the host', onHost],
  ['a device', onDevice],
] as const)('numbers storages on %s, until the next walk', (_, storage) => {
  const numbers = new StorageNumbers()
  numbers.start()
  const [a, b] = [storage(), storage()]
  expect([numbers.of(a), numbers.of(b)]).toEqual([-1, -1])
  numbers.give(a, 0)
  numbers.give(b, 7)
  expect([numbers.of(a), numbers.of(b), numbers.of(storage())]).toEqual([0, 7, -1])
  numbers.start()
  expect([numbers.of(a), numbers.of(b)]).toEqual([-1, -1])
})
