import { describe, expect, it } from 'vitest'
import type { Block } from '../../../../src/backend/webgpu/runtime/memory.js'
import type { RunOptions, Value } from '../../../../src/engine/backend.js'
import type { KernelPlan } from '../../../../src/engine/kernel.js'
import { planOf } from '../../kernelCases/data.js'
import { doubledTwice, inPlace, n, negation, plain, sameTwice } from '../../kernelCases/executables.js'
import { contents, executableOf, onGpu, onHost, openRuntime } from '../support.js'

const given = Float32Array.of(1, 2, 3, 4, 5, 6)
const doubled = given.map((x) => 2 * x)

onGpu('where arrays come from and go', async () => {
  const { runtime } = await openRuntime()
  const { memory, device } = runtime

  const place = (data: Float32Array<ArrayBuffer>): Value<Block> => {
    const buffer = memory.acquire(data.byteLength, () => 'a test')
    device.queue.writeBuffer(buffer.buffer, 0, data)
    return { kind: 'device', buffer }
  }
  const blockOf = (value: Value<Block> | undefined): Block => {
    if (value?.kind !== 'device') throw new Error('a value on the host')
    return value.buffer
  }
  const read = (value: Value<Block> | undefined) => contents(runtime, value!, 'float32', n)
  const executable = (plan: KernelPlan, options: RunOptions) => executableOf(runtime, plan, 1, options)

  it('from the host to the host, again and again with other numbers', async () => {
    const { run } = await executable(plain, { keep: 'host', donated: [false] })
    const data = given.slice()
    for (const factor of [2, 0, -0, 2, 0.5])
      expect(await read((await run([onHost(data)], [factor]))[0])).toEqual(data.map((x) => x * factor))
    expect(data).toEqual(given)
  })

  it('many at a time', async () => {
    const { run } = await executable(plain, { keep: 'host', donated: [false] })
    const factors = Array.from({ length: 50 }, (_, i) => i / 8)
    const results = await Promise.all(factors.map((factor) => run([onHost(given)], [factor])))
    for (let i = 0; i < factors.length; i++)
      expect(await read(results[i]![0])).toEqual(given.map((x) => x * factors[i]!))
  })

  it('from the device to the device, into a buffer of its own', async () => {
    const { run } = await executable(plain, { keep: 'device', donated: [false] })
    const x = place(given)
    const [y] = await run([x], [2])
    const [z] = await run([y!], [2])
    expect(await read(x)).toEqual(given)
    expect(await read(y)).toEqual(doubled)
    expect(await read(z)).toEqual(doubled.map((v) => 2 * v))
  })

  it('in the place of a donated input', async () => {
    const { run } = await executable(inPlace, { keep: 'device', donated: [true] })
    const x = place(given)
    const [y] = await run([x], [2])
    expect(blockOf(y)).toBe(blockOf(x))
    expect(await read(y)).toEqual(doubled)
  })

  it('keeps for reuse what was donated and not taken', async () => {
    const { run } = await executable(plain, { keep: 'device', donated: [true] })
    const used = memory.used()
    const x = place(given)
    const [y] = await run([x], [2])
    expect(memory.used()).toBe(used + blockOf(y).bytes)
    expect(blockOf(place(given))).toBe(blockOf(x))
    expect(await read(y)).toEqual(doubled)
  })

  it('gives back what only a run needs', async () => {
    const { run } = await executable(plain, { keep: 'host', donated: [false] })
    await run([onHost(given)], [2])
    const used = memory.used()
    await Promise.all([run([onHost(given)], [2]), run([onHost(given)], [3])])
    expect(memory.used()).toBe(used)
  })

  it('results that are inputs, or twice the same, are copies', async () => {
    const { run } = await executable(sameTwice, { keep: 'device', donated: [false] })
    const x = place(given)
    const results = await run([x], [2])
    expect(new Set([x, ...results].map(blockOf)).size).toBe(4)
    expect(await Promise.all(results.map(read))).toEqual([given, doubled, doubled])
    const { run: runToHost } = await executable(sameTwice, { keep: 'host', donated: [false] })
    expect(await Promise.all((await runToHost([x], [2])).map(read))).toEqual([given, doubled, doubled])
  })

  it('results that are donated inputs are those', async () => {
    const same: KernelPlan = { ...plain, buffers: [plain.buffers[0]!], kernels: [], outputs: [0] }
    const { run } = await executable(same, { keep: 'device', donated: [true] })
    const x = place(given)
    expect(blockOf((await run([x], []))[0])).toBe(blockOf(x))
  })

  it('bools are bytes on the host and words on the device', async () => {
    const { run } = await executable(negation, { keep: 'host', donated: [false] })
    const [y] = await run([onHost(Uint8Array.of(0, 1, 1, 0, 1, 0))], [])
    expect(await contents(runtime, y!, 'bool', n)).toEqual(Uint8Array.of(1, 0, 0, 1, 0, 1))
  })

  it('arrays of no elements', async () => {
    const empty: KernelPlan = planOf([['float32', 0]], [['float32', 0]], [], [])
    const { run } = await executable(empty, { keep: 'host', donated: [false] })
    const [y] = await run([onHost(new Float32Array(0))], [])
    expect(await contents(runtime, y!, 'float32', 0)).toEqual(new Float32Array(0))
  })

  it('plans of other sizes grow the shared workspace, and older plans still run', async () => {
    const sizes = [5, 70_000, 5, 300_000, 70_000]
    const executables = new Map(
      await Promise.all(
        [...new Set(sizes)].map(
          async (size) => [size, await executable(doubledTwice(size), { keep: 'host', donated: [false] })] as const,
        ),
      ),
    )
    for (const size of sizes) {
      const data = new Float32Array(size).map((_, i) => i % 100)
      const [y] = await executables.get(size)!.run([onHost(data)], [])
      expect(await contents(runtime, y!, 'float32', size)).toEqual(data.map((x) => 4 * x))
    }
  })

  it('tells how long kernels take', async () => {
    if (!runtime.clock) return
    const { measure } = await executable(plain, { keep: 'host', donated: [false] })
    const [milliseconds] = await measure([onHost(given)], [2])
    expect(milliseconds).toBeGreaterThanOrEqual(0)
    expect(milliseconds).toBeLessThan(10_000)
  })

  describe('bind groups', () => {
    it('are made once where buffers stay', async () => {
      const { run } = await executable(inPlace, { keep: 'device', donated: [true] })
      let made = 0
      const original = device.createBindGroup
      device.createBindGroup = (descriptor) => {
        made++
        return original.call(device, descriptor)
      }
      let state = place(given)
      for (let i = 0; i < 5; i++) [state] = (await run([state], [2])) as [Value<Block>]
      device.createBindGroup = original
      expect(made).toBe(1)
    })
  })
  it('nothing was refused', () => runtime.health.check())
})
