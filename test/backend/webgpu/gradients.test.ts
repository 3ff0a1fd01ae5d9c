/** One step of LeNet: gradients of the GPU and of the cpu device, whose sums have another order. */
import * as p from 'pullback'
import { cpu } from 'pullback/cpu'
import { expect, it } from 'vitest'
import { distance, lenet } from './lenet.js'
import { onGpu, openRuntime } from './support.js'

onGpu('LeNet', () => {
  it('has gradients within 1e-4 of the cpu device, relative in norm', { timeout: 600_000 }, async () => {
    const { runtime, device } = await openRuntime()
    const layer = lenet(p.maxPool2d)
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
    const far = distance(got, wanted)
    console.log(`relative distance ${far.toExponential(1)}`)
    expect(far).toBeLessThan(1e-4)
    runtime.health.check()
  })
})
