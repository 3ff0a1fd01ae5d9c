/** GPU memory over long runs: flat in a fold, within a stated budget in a loop of one's own. */
import * as p from 'pullback'
import { expect, it } from 'vitest'
import { settledMemory } from '../../collect.js'
import { mebibyte, onGpu, openRuntime } from './support.js'

onGpu('memory', () => {
  it('stays as it is over 10,000 steps of a fold', { timeout: 900_000 }, async () => {
    const { runtime, device } = await openRuntime()
    const layer = p.chain(p.dense(8, 16), p.relu(), p.dense(16, 3))
    const optimizer = p.adam(0.001)
    const descend = p.step({ layer, loss: p.crossEntropy, optimizer })
    const [start] = p.initialTrainState(layer, optimizer, { shape: [4, 8], dtype: 'float32' })(p.rng(0))
    const steps = 10_000
    let early = { gpu: 0, used: 0, resident: 0 }
    const held = (): number => runtime.memory.used() + runtime.memory.idle()
    const batches = async function* () {
      for (let i = 0; i < steps; i++) {
        if (i === 2000) early = { gpu: held(), ...(await settledMemory()) }
        yield {
          inputs: p.tensor(
            Float32Array.from({ length: 32 }, (_, k) => ((i * 31 + k * 17) % 101) / 101 - 0.5),
            [4, 8],
          ),
          targets: p.tensor(Int32Array.of(i % 3, (i + 1) % 3, 0, 2), [4]),
        }
      }
    }
    const { count } = await p.fold(device, descend, start, batches())
    expect(count).toBe(steps)
    expect(early.gpu).toBeGreaterThan(0)
    expect(held() - early.gpu).toBeLessThan(mebibyte / 4)
    const { used, resident } = await settledMemory()
    expect(used - early.used).toBeLessThan(4)
    expect(resident - early.resident).toBeLessThan(32)
  })

  it('stays near its budget in a loop that drops what it makes', { timeout: 300_000 }, async () => {
    const budget = 8 * mebibyte
    const { runtime, device } = await openRuntime({}, budget)
    let x: p.Tensor = await device.place(p.tensor(new Float32Array(mebibyte / 4), [mebibyte / 4]))
    let most = 0
    for (let i = 0; i < 500; i++) {
      x = await device.place(p.add(x, 1))
      most = Math.max(most, runtime.memory.used())
      expect(runtime.memory.idle()).toBeLessThanOrEqual(budget)
    }
    // The collector needs a turn or two more than there are pauses.
    expect(most).toBeLessThan(16 * budget)
    expect(p.toArray(await device.read(x))[0]).toBe(500)
  })
})
