/** Devices that store values between kernels as halves: programs, networks, training, and what users see of it. */
import * as p from 'pullback'
import { backendLaws, networkAgreementLaw, networkParts, networks, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { webgpu } from 'pullback/webgpu'
import { describe, expect, it } from 'vitest'
import { halvesFrom } from '../../../src/backend/webgpu/halves.js'
import { deviceOf } from '../../../src/engine/device.js'
import { showExplanation } from '../../../src/engine/explain.js'
import { planBackend } from '../../engine/planBackend.js'
import { check } from '../../laws/support.js'
import { distance, flat, lenet } from './lenet.js'
import { leastLimits, onGpu, openHalves, openRuntime } from './support.js'

type Matrix = p.Tensor<[number, number]>

describe('the option', () => {
  it('is float32 or float16', () => {
    expect(() => webgpu({ storage: 'float8' as never })).toThrow(
      "webgpu.storage: expected 'float32' or 'float16', got 'float8'. Leave it out for float32.",
    )
  })
})

onGpu('a device that stores halves', async () => {
  const [{ device }, { device: plain }] = [await openHalves(), await openRuntime()]
  const chained = (): Matrix => {
    const wide = p.reshape(p.iota([4096]), [64, 64])
    let x = p.cast(p.mod(wide as never, 7 as never), 'float32') as unknown as Matrix
    for (let i = 0; i < 3; i++) x = p.tanh(p.mul(p.matmul(x, x), 0.01)) as unknown as Matrix
    return p.sum(x, [1]) as unknown as Matrix
  }

  it('says so in its settings, and `explain` says how much memory that takes', async () => {
    expect([device.settings.storage, plain.settings.storage]).toEqual(['float16', 'float32'])
    const [half, full] = [await device.explain(chained()), await plain.explain(chained())]
    expect(full).not.toHaveProperty('halvesBytes')
    expect(half.halvesBytes).toBeGreaterThan(0)
    expect(half.workspaceBytes).toBeLessThan(0.6 * full.workspaceBytes)
    expect(half.bytes).toBeLessThan(full.bytes)
    expect(showExplanation(half)).toMatch(/workspace \S+ bytes \(\S+ of them as halves\), uploaded/)
    expect(showExplanation(full)).not.toContain('halves')
  })

  it('gives the same bits again, and float32 for what is small, given or asked for', async () => {
    const [once, again] = [await device.evaluate(chained()), await device.evaluate(chained())]
    expect(p.toArray(once)).toEqual(p.toArray(again))
    const x = p.tensor(
      Float32Array.from({ length: 5000 }, (_, i) => 1 + i * 2 ** -20),
      [5000],
    )
    const results = () => [p.add(x, 2 ** -23), p.mul(p.sum(x), 2 ** -23)]
    const [got, wanted] = [await device.evaluate(results()), await plain.evaluate(results())]
    expect(flat(got)).toEqual(flat(wanted))
    expect(p.toArray(await device.read(await device.place(x)))).toEqual(p.toArray(x))
  })

  it('makes infinity of what is too large between kernels, and keeps NaN and infinities', async () => {
    const values = [65504, 65519, 65520, -1e6, Infinity, -Infinity, Number.NaN, 0.25]
    // A product of 1024 elements, of which each row has one value all along; then its largest one.
    const halves = Array.from({ length: 32 }, (_, i) => values[i % values.length]! / 2).map((x) => [x, x] as const)
    const largest = () => p.max(p.matmul(p.tensor(halves), p.ones([2, 32])), [1])
    const first = async (own: p.Device) => flat(await own.evaluate(largest())).slice(0, values.length)
    expect(await first(plain)).toEqual(values)
    expect(await first(device)).toEqual([65504, 65504, Infinity, -Infinity, Infinity, -Infinity, Number.NaN, 0.25])
  })

  // Of neighbours that become the same half, a maximum takes the first, and so does its gradient.
  it.each([
    ['averages', p.avgPool2d, 2e-3],
    ['maxima', p.maxPool2d as typeof p.avgPool2d, 1e-2],
  ] as const)(
    'has gradients of LeNet, pooling by %s, near those of the float32 device, relative in norm',
    { timeout: 600_000 },
    async (_, pool, bound) => {
      const layer = lenet(pool)
      const batch = 16
      const [{ params, state }] = layer.init({ shape: [batch, 1, 28, 28], dtype: 'float32' })(p.rng(3))
      const [images] = p.normal({ shape: [batch, 1, 28, 28] })(p.rng(4))
      const labels = p.tensor(
        Int32Array.from({ length: batch }, (_, i) => i % 10),
        [batch],
      )
      const { inputs, start } = await plain.read(await plain.evaluate({ inputs: images, start: params }))
      const loss = (at: typeof start) => p.crossEntropy(layer.infer(at, state, inputs)[0], labels)
      const gradient = () => p.valueAndGradient(loss)(start)[1]
      const far = distance(await device.evaluate(gradient()), await plain.evaluate(gradient()))
      console.log(`relative distance ${far.toExponential(1)}`)
      expect(far).toBeLessThan(bound)
      expect(far).toBeGreaterThan(1e-6)
    },
  )

  it('trains a network that reads digits', { timeout: 600_000 }, async () => {
    // Ten patterns of 12 by 12 that a seed drew, and noise on top.
    const size = 12
    const [patterns] = p.hostUniform({ size: 10 * size * size })(p.rng(1))
    const batchOf = (step: number, count: number) => {
      const [noise] = p.hostUniform({ size: count * size * size, low: -1, high: 1 })(p.rng(100 + step))
      const labels = Int32Array.from({ length: count }, (_, i) => (7 * i + step) % 10)
      const pixels = noise.map((x, i) => {
        const [image, place] = [Math.floor(i / size ** 2), i % size ** 2]
        return patterns[labels[image]! * size * size + place]! - 0.5 + 0.7 * x
      })
      return {
        inputs: p.tensor(pixels as Float32Array, [count, 1, size, size]),
        targets: p.tensor(labels, [count]),
      }
    }
    const layer = p.chain(
      p.conv2d({ in: 1, out: 8, kernel: 3, padding: 1 }),
      p.relu(),
      p.maxPool2d(2),
      p.conv2d({ in: 8, out: 16, kernel: 3, padding: 1 }),
      p.relu(),
      p.maxPool2d(2),
      p.flatten(),
      p.dense(144, 10),
    )
    const optimizer = p.adam(0.003)
    const descend = p.step({ layer, loss: p.crossEntropy, optimizer })
    const [start] = p.initialTrainState(layer, optimizer, { shape: [32, 1, size, size], dtype: 'float32' })(p.rng(2))
    const stream = Array.from({ length: 80 }, (_, i) => batchOf(i, 32))
    const held = batchOf(1000, 200)
    const train = async (own: p.Device) => {
      const { state } = await p.fold(own, descend, start, stream)
      const measured = await p.evaluate(own, layer, state, [held], { accuracy: p.accuracy })
      return { state, accuracy: measured.accuracy }
    }
    const [half, full] = [await train(device), await train(plain)]
    console.log(`accuracy ${half.accuracy} with halves, ${full.accuracy} without`)
    expect(full.accuracy).toBeGreaterThan(0.9)
    expect(half.accuracy).toBeGreaterThan(full.accuracy - 0.03)
    expect(distance(half.state.params, full.state.params)).toBeLessThan(0.05)
    expect(flat((await train(device)).state.params)).toEqual(flat(half.state.params))
  })
})

onGpu('scans of halves', async () => {
  const { runtime, device } = await openHalves({}, 1)
  const interpreted = deviceOf(planBackend({ halve: halvesFrom(1) }))
  /** Sixteenths that stay few: all of it is exact, in halves, too. */
  const rows = (): Matrix =>
    p.matmul(
      p.tensor(
        Float32Array.from({ length: 3 * 4 * 7 }, (_, i) => ((5 * i) % 16) / 16 - 0.5),
        [12, 7],
      ),
      p.eye(7),
    ) as unknown as Matrix

  it.each([false, true])(
    'in scans, with temporaries of their own and rows of odd lengths, reverse %s',
    async (reverse) => {
      const turned = p.sub(1, p.eye(7)) as unknown as Matrix
      const step = (state: p.Tensor, x: p.Tensor) => {
        const next = p.sub(x, state) as p.Tensor
        return [next, p.add(next, 0.5) as p.Tensor] as const
      }
      const outer = (state: p.Tensor, part: p.Tensor) => {
        const swapped = p.mul(p.matmul(part as Matrix, turned), 0.5) as unknown as p.Tensor
        const [next, stacked] = p.scan(step, state, swapped, { reverse })
        return [next, p.matmul(stacked as Matrix, p.eye(7)) as unknown as p.Tensor] as const
      }
      const results = () => {
        const parts = p.reshape(rows(), [3, 4, 7]) as unknown as p.Tensor
        const start = p.sum(rows(), [0]) as unknown as p.Tensor
        const [carry, stacked] = p.scan(outer, start, parts, { reverse })
        return [carry, p.sum(stacked, [0, 1]), p.max(stacked, [2])]
      }
      expect((await device.explain(results())).halvesBytes).toBeGreaterThan(0)
      const got = flat(await device.evaluate(results()))
      expect(got).toEqual(flat(reference().evaluateSync(results())))
      expect(got).toEqual(flat(interpreted.evaluateSync(results())))
      runtime.health.check()
    },
  )
})

describe('whatever has an element is stored as halves', () => {
  // Rounding that piles up, and numbers that are near 0 after a difference.
  const tolerance = { absolute: 2 ** -6, relative: 2 ** -6 }
  for (const software of [false, true])
    onGpu(`and programs agree with the interpreter of plans${software ? ', in software' : ''}`, async () => {
      const { device } = await openHalves({ software }, 1)
      const instance = {
        device,
        reference: deviceOf(planBackend({ halve: halvesFrom(1) })),
        tolerance,
        rounding: tolerance,
      }
      check(backendLaws, instance, programs(), { runs: 15 })
    })
  onGpu('and networks agree with the reference, also where adapters have less', async () => {
    const { device } = await openHalves(leastLimits, 1)
    const instance = { device, reference: reference(), tolerance, rounding: tolerance, parts: networkParts }
    check([networkAgreementLaw], instance, networks(), { runs: 15 })
  })
})
