/**
 * No growth over a long run in a page: of the heap, and of GPU buffers, whose bytes are counted where they are made and
 * destroyed.
 */
import * as p from 'pullback'
import { webgpu } from 'pullback/webgpu'
import { expect, it } from 'vitest'

let held = 0
const { createBuffer } = GPUDevice.prototype
const { destroy } = GPUBuffer.prototype
const gone = new WeakSet<GPUBuffer>()
GPUDevice.prototype.createBuffer = function (descriptor) {
  held += descriptor.size
  return createBuffer.call(this, descriptor)
}
GPUBuffer.prototype.destroy = function () {
  if (!gone.has(this)) held -= this.size
  gone.add(this)
  return destroy.call(this)
}

interface Measured {
  readonly gpu: number
  readonly heap: number
}
const measure = (): Measured => {
  const { gc } = globalThis as unknown as { readonly gc: () => void }
  gc()
  const { memory } = performance as unknown as { readonly memory: { readonly usedJSHeapSize: number } }
  return { gpu: held, heap: memory.usedJSHeapSize }
}

const steps = 10_000
const layer = p.chain(p.dense(8, 8), p.relu(), p.dense(8, 3))
const optimizer = p.adam(0.001)
const descend = p.step({ layer, loss: p.crossEntropy, optimizer })
const [start] = p.initialTrainState(layer, optimizer, { shape: [4, 8], dtype: 'float32' })(p.rng(0))
/** A new batch each step. */
const batches = function* () {
  for (let i = 0; i < steps; i++)
    yield {
      inputs: p.tensor(
        Float32Array.from({ length: 32 }, (_, k) => ((i * 31 + k * 17) % 101) / 101 - 0.5),
        [4, 8],
      ),
      targets: p.tensor(
        Int32Array.from({ length: 4 }, (_, k) => (i + k) % 3),
        [4],
      ),
    }
}

it(`${steps} steps of a fold`, { timeout: 400_000 }, async () => {
  const opened = await webgpu()()
  if (opened._tag === 'Left') throw opened.left
  let early: Measured = { gpu: 0, heap: 0 }
  const { state } = await p.fold(opened.right, descend, start, batches(), {
    readEvery: 16,
    onStep: ({ count }) => {
      if (count === 1000) early = measure()
    },
  })
  expect(state.step).toBe(steps)
  expect(early.gpu).toBeGreaterThan(0)
  const late = measure()
  expect(late.gpu).toBeLessThan(1.1 * early.gpu)
  expect(late.heap - early.heap).toBeLessThan(2 ** 22)
})
