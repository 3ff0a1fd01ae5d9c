import {
  adam,
  chain,
  dense,
  type FoldOptions,
  fold,
  initialTrainState,
  leaves,
  meanSquaredError,
  relu,
  rng,
  step,
} from 'pullback'
import { describe, expect, it } from 'vitest'
import { matmul } from '../../../src/array/contract.js'
import { add, mul } from '../../../src/array/elementwise.js'
import { type Tensor, tensor, toArray } from '../../../src/array/tensor.js'
import { deviceOn } from '../../../src/backend/webgpu/device.js'
import { createRuntime } from '../../../src/backend/webgpu/runtime/runtime.js'
import { DeviceError } from '../../../src/engine/deviceError.js'
import { leastLimits, mebibyte, onGpu, open, openRuntime } from './support.js'

type Vector = Tensor<[number]>
const zeros = <const S extends readonly number[]>(shape: S) =>
  tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)

const errorOf = async (promise: Promise<unknown>): Promise<DeviceError> => {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(DeviceError)
  return error as DeviceError
}

onGpu('a lost device', () => {
  const lost = /^webgpu: the device is lost.*\. What lies in its memory is gone: open a new device, and go on from/

  it('stops a loop at once; what was read stays, and another device goes on from it', async () => {
    const { runtime, device } = await openRuntime()
    const step = (x: Vector): Vector => add(mul(x, 0.5), 1)
    let state: Vector = await device.place(tensor([1, 2, 3]))
    let snapshot: Vector = tensor([1, 2, 3])
    let steps = 0
    const loop = async (): Promise<void> => {
      for (; steps < 100; steps++) {
        state = await device.advance(step(state), state)
        snapshot = await device.read(state)
        if (steps === 4) runtime.device.destroy()
      }
    }
    const { reason, message } = await errorOf(loop())
    expect(reason).toBe('lost')
    expect(message).toMatch(lost)
    expect(steps).toBeLessThan(8)
    const { device: other } = await openRuntime()
    let again: Vector = tensor([1, 2, 3])
    const done = toArray(snapshot)
    for (let i = 0; i < 20 && toArray(again).join() !== done.join(); i++) again = await other.evaluate(step(again))
    expect(toArray(again)).toEqual(done)
    expect(toArray(await other.evaluate(step(snapshot)))).toEqual(toArray(await other.evaluate(step(again))))
  })

  describe('in a training run', () => {
    const layer = chain(dense(4, 8), relu(), dense(8, 1))
    const optimizer = adam(0.01)
    const descend = step({ layer, optimizer, loss: meanSquaredError })
    const [start] = initialTrainState(layer, optimizer, { shape: [6, 4], dtype: 'float32' })(rng(3))
    const numbers = (count: number, from: number) =>
      Float32Array.from({ length: count }, (_, i) => ((i + from) % 7) / 7)
    function* stream(from = 0) {
      for (let i = from; i < 30; i++)
        yield { inputs: tensor(numbers(24, i), [6, 4]), targets: tensor(numbers(6, 2 * i), [6, 1]) }
    }
    type State = typeof start
    const bits = (state: State): string => JSON.stringify(leaves(state).map((x) => [...toArray(x)]))

    /** A run whose device goes: in a listener, or while a step or a read is under way. */
    const stopped = async (at: number, between: boolean, options: FoldOptions<State, unknown, 'loss'>) => {
      const { runtime, device } = await openRuntime()
      let completed = 0
      const lose = () => runtime.device.destroy()
      function* batches() {
        for (const batch of stream()) {
          if (completed === at && !between) setImmediate(lose)
          yield batch
        }
      }
      const { reason } = await errorOf(
        fold(device, descend, start, batches(), {
          readEvery: 1,
          ...options,
          onStep: async (event) => {
            await options.onStep?.(event)
            completed = event.count
            if (completed === at && between) lose()
            return undefined
          },
        }),
      )
      expect(reason).toBe('lost')
      return completed
    }
    const complete = async (from: State, count: number) => {
      const { device } = await openRuntime()
      return bits((await fold(device, descend, from, stream(count), { readEvery: 1 })).state)
    }

    it.each([
      ['between steps', true],
      ['in a step', false],
    ])('%s, the last completed step is there for a listener that takes snapshots', async (_, between) => {
      let last = { state: start, count: 0 }
      const completed = await stopped(9, between, {
        onStep: async ({ count, snapshot }) => {
          last = { state: await snapshot(), count }
          return undefined
        },
      })
      expect(last.count).toBe(completed)
      expect(completed).toBeGreaterThanOrEqual(9)
      expect(last.state.step).toBe(completed)
      expect(await complete(last.state, completed)).toBe(await complete(start, 0))
    })
    it.each([
      [1, 2],
      [4, 5],
    ])('a snapshot every %i steps is at most %i behind, and comes to the same bits', async (replay, behind) => {
      let last = { state: start, count: 0 }
      const onSnapshot = (state: State, count: number) => {
        last = { state, count }
      }
      const completed = await stopped(13, true, { replay, onSnapshot })
      expect(completed - last.count).toBeLessThanOrEqual(behind)
      expect(await complete(last.state, last.count)).toBe(await complete(start, 0))
    })
  })

  it('fails what is under way and what comes later, and nothing hangs', async () => {
    const { runtime, device } = await openRuntime()
    const x = await device.place(zeros([1000]))
    const waiting = [
      device.evaluate(add(x, 1)),
      device.evaluate(mul(add(x, 2), 3)),
      device.read(x),
      device.place(add(x, 4)),
    ]
    runtime.device.destroy()
    const settled = await Promise.allSettled(waiting)
    for (const result of settled)
      if (result.status === 'rejected') expect(String(result.reason)).toMatch(/DeviceError: webgpu: the device is lost/)
    for (const attempt of [
      () => device.evaluate(add(x, 1)),
      () => device.evaluate(add(x, 5)),
      () => device.read(x),
      () => device.place(tensor([1])),
      () => device.explain(add(x, 6)),
      () => device.advance(add(x, 1), x),
    ])
      expect((await errorOf(attempt())).reason).toBe('lost')
  })
})

onGpu('limits', async () => {
  const { device } = await openRuntime({ ...leastLimits, bindingElements: 1000 })
  const large = tensor(new Float32Array(1001), [7, 143])

  it('name the input, how large it is and the limit', async () => {
    const { reason, message } = await errorOf(device.evaluate(add(large, 1)))
    expect(reason).toBe('limit')
    expect(message).toBe(
      "webgpu: input 0, float32[7, 143], takes 4004 bytes, and the adapter's limit for one array is 4000 bytes. Use smaller batches, or split the array.",
    )
  })
  it('name what is placed, or computed', async () => {
    expect((await errorOf(device.place(large))).message).toMatch(/^webgpu: float32\[1001\] takes 4004 bytes/)
    const outer = add(tensor(new Float32Array(40), [40, 1]), tensor(new Float32Array(40), [1, 40]))
    expect((await errorOf(device.evaluate(outer))).message).toMatch(
      /^webgpu: output 0, float32\[40, 40\], takes 6400 bytes/,
    )
  })
  it('hold for buffers of many arrays, too', async () => {
    const opened = await open()
    const small = deviceOn(createRuntime({ ...opened, bufferBytes: 4096 }, 0))
    const x = zeros([30, 30])
    const { reason, message } = await errorOf(small.evaluate(matmul(add(x, 1), add(x, 2))))
    expect(reason).toBe('limit')
    expect(message).toMatch(
      /^webgpu: the workspace of a plan \(largest arrays: float32\[900\].*\) needs a buffer of \d+ bytes, and the adapter's limit is 4096 bytes\. /,
    )
  })
  it('leave the device as it was', async () => {
    expect(toArray(await device.evaluate(add(tensor([1, 2]), 1)))).toEqual(Float32Array.of(2, 3))
  })
})

onGpu('memory that runs out', () => {
  /** A device that finds no memory for buffers of more than a MiB. */
  const openSmall = async () => {
    const opened = await open()
    const { device: gpu } = opened
    const create = gpu.createBuffer
    const pop = gpu.popErrorScope
    let failed = false
    gpu.createBuffer = (descriptor) => {
      failed = descriptor.size > mebibyte
      return create.call(gpu, { ...descriptor, size: Math.min(descriptor.size, mebibyte) })
    }
    gpu.popErrorScope = async () => {
      const out = failed
      failed = false
      const error = await pop.call(gpu)
      return out ? ({ message: 'out of memory' } as GPUError) : error
    }
    return deviceOn(createRuntime(opened, 64 * mebibyte))
  }

  it('is told, and smaller arrays still work', async () => {
    const device = await openSmall()
    const x = await device.place(zeros([1000]))
    const { reason, message } = await errorOf(device.evaluate(add(zeros([1000, 1]), zeros([1, 1000]))))
    expect(reason).toBe('memory')
    expect(message).toMatch(/^webgpu: there is no room for 4 MiB more for .*Use smaller batches/)
    expect(toArray(await device.evaluate(add(x, 1)))[0]).toBe(1)
    // What is uploaded is missed where it is placed, not where it is used.
    const large = tensor(new Float32Array(mebibyte), [mebibyte])
    const placing = await errorOf(device.place({ few: zeros([10]), many: large }))
    expect(placing.reason).toBe('memory')
    expect(placing.message).toMatch(
      /^webgpu: there is no room for 4 MiB more for float32\[1048576\], beside \d+ (bytes|MiB) in use\. Use smaller/,
    )
    expect((await errorOf(device.advance(add(large, 1), []))).reason).toBe('memory')
    expect(toArray(await device.evaluate(add(x, 2)))[0]).toBe(2)
  })
})
