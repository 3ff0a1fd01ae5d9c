/** Workers that never begin: a page's policy may forbid their script, and Node's permissions may forbid them all. */
import { add, type DeviceEvent, type SyncDevice, tensor, toArray } from 'pullback'
import { afterEach, expect, it, vi } from 'vitest'
import { cpu } from '../../../src/backend/cpu/index.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A browser's Worker that does as it is told once it gets its first message. */
class FakeWorker {
  onmessage: (() => void) | null = null
  onerror: (() => void) | null = null
  static made: FakeWorker[] = []
  constructor() {
    FakeWorker.made.push(this)
  }
  postMessage(): void {}
}

/** As in a worker of a page that is isolated from other origins. */
const inBrowser = (worker: unknown): void => {
  FakeWorker.made = []
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  vi.stubGlobal('crossOriginIsolated', true)
  vi.stubGlobal('Worker', worker)
}

const opened = (threads: number): { readonly device: SyncDevice; readonly events: readonly DeviceEvent[] } => {
  const events: DeviceEvent[] = []
  return { device: cpu({ threads, onEvent: (event) => events.push(event) }), events }
}
const computes = (device: SyncDevice): void => {
  expect([...toArray(device.evaluateSync(add(tensor([1, 2], [2]), 1)))]).toEqual([2, 3])
}
const fewer = (asked: number, threads: number) => ({
  ...{ kind: 'fewerThreads', device: 'cpu', asked, threads },
  message: expect.stringMatching(new RegExp(`^cpu: ${threads} of ${asked} threads .* worker-src blob:`)),
})

it('a worker that cannot be made is told at once', () => {
  inBrowser(
    class {
      constructor() {
        throw new DOMException('refused by the policy', 'SecurityError')
      }
    },
  )
  const { device, events } = opened(3)
  expect(device.settings.threads).toBe(1)
  expect(events).toEqual([fewer(3, 1)])
  computes(device)
})

it('a worker whose script is refused is told when the browser tells', async () => {
  inBrowser(FakeWorker)
  const { device, events } = opened(3)
  expect([device.settings.threads, events]).toEqual([3, []])
  FakeWorker.made[0]!.onerror!()
  expect([device.settings.threads, events]).toEqual([2, []])
  FakeWorker.made[1]!.onerror!()
  expect(device.settings.threads).toBe(1)
  expect(events).toEqual([fewer(3, 1)])
  computes(device)
  await device.evaluate(tensor([1]))
})

it('what begins counts, in any order', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    inBrowser(FakeWorker)
    const { device, events } = opened(3)
    for (const i of order) {
      if (i === 0) FakeWorker.made[i]!.onerror!()
      else FakeWorker.made[i]!.onmessage!()
    }
    expect(device.settings.threads).toBe(2)
    expect(events).toEqual([fewer(3, 2)])
  }
})

it('says nothing where all begin', () => {
  inBrowser(FakeWorker)
  const { device, events } = opened(3)
  for (const worker of FakeWorker.made) worker.onmessage!()
  expect([device.settings.threads, events]).toEqual([3, []])
})

it('is told where threads cannot share memory at all', () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  const { device, events } = opened(4)
  expect(device.settings.threads).toBe(1)
  expect(events).toEqual([fewer(4, 1)])
  expect(opened(1).events).toEqual([])
})
