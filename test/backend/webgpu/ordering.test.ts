import { expect, it } from 'vitest'
import { add, mul } from '../../../src/array/elementwise.js'
import { type Tensor, tensor, toArray } from '../../../src/array/tensor.js'
import { onGpu, openRuntime } from './support.js'

onGpu('calls that nobody waits for', () => {
  it('see what was there when they were made, though their plans come later', async () => {
    const { device, runtime } = await openRuntime()
    const step = (x: Tensor<[number]>) => add(mul(x, 2), 1)
    const warm = await device.place(tensor([1, 2, 3]))
    await device.advance(step(warm), warm)
    const state = await device.place(tensor([1, 2, 3]))
    // This plan has still to be compiled; the next one is there, and takes the place of what both read.
    const slow = device.evaluate(mul(add(state, 0.5), add(state, 4)))
    const next = device.advance(step(state), state)
    expect(toArray(await slow)).toEqual(Float32Array.of(7.5, 15, 24.5))
    expect(toArray(await device.read(await next))).toEqual(Float32Array.of(3, 5, 7))
    runtime.health.check()
  })
})
