/** One step of LeNet: gradients of the GPU and of the cpu device, whose sums have another order. */
import * as p from 'pullback'
import { cpu } from 'pullback/cpu'
import { expect, it } from 'vitest'
import { onGpu, openRuntime } from './support.js'

onGpu('LeNet', () => {
  it('has gradients within 1e-4 of the cpu device, relative in norm', { timeout: 600_000 }, async () => {
    const { runtime, device } = await openRuntime()
    const layer = p.chain(
      p.conv2d({ in: 1, out: 6, kernel: 5, padding: 2 }),
      p.relu(),
      p.maxPool2d(2),
      p.conv2d({ in: 6, out: 16, kernel: 5 }),
      p.relu(),
      p.maxPool2d(2),
      p.flatten(),
      p.dense(400, 120),
      p.relu(),
      p.dense(120, 84),
      p.relu(),
      p.dense(84, 10),
    )
    const batch = 8
    const [{ params, state }] = layer.init({ shape: [batch, 1, 28, 28], dtype: 'float32' })(p.rng(3))
    const [images] = p.uniform({ shape: [batch, 1, 28, 28] })(p.rng(4))
    const labels = p.tensor(
      Int32Array.from({ length: batch }, (_, i) => i),
      [batch],
    )
    const { inputs, start } = cpu().evaluateSync({ inputs: images, start: params })
    const loss = (at: typeof start) => p.crossEntropy(layer.infer(at, state, inputs)[0], labels)
    const gradient = () => p.valueAndGradient(loss)(start)[1]
    const [got, wanted] = [await device.evaluate(gradient()), cpu().evaluateSync(gradient())]
    const flat = (tree: unknown): number[] => p.leaves(tree).flatMap((x) => [...p.toArray(x)])
    const [a, b] = [flat(got), flat(wanted)]
    const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
    const distance = norm(a.map((x, i) => x - b[i]!)) / norm(b)
    console.log(`relative distance ${distance.toExponential(1)}`)
    expect(distance).toBeLessThan(1e-4)
    runtime.health.check()
  })
})
