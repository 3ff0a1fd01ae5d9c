import { describe, expect, it, vi } from 'vitest'
import type { HostArray } from '../../../src/array/dtype.js'
import { cpu } from '../../../src/backend/cpu/index.js'
import { allocateBuffer, type CpuBuffer, createExecutable } from '../../../src/backend/cpu/runtime/executable.js'
import { createRuntime } from '../../../src/backend/cpu/runtime/runtime.js'
import { copyIn, copyOut } from '../../../src/backend/cpu/runtime/transfer.js'
import type { Value } from '../../../src/engine/backend.js'
import * as p from '../../../src/index.js'
import { doubledTwice, inPlace, n, negation, plain, sameTwice } from '../kernelCases/executables.js'

const runtime = createRuntime()
const place = (values: readonly number[]): CpuBuffer => {
  const buffer = allocateBuffer(runtime, values.length, 'float32')
  copyIn(runtime.memory, buffer.address, Float32Array.from(values))
  return buffer
}
const contents = (value: Value<CpuBuffer>): HostArray =>
  value.kind === 'host' ? value.data : copyOut(runtime.memory, value.buffer.address, 'float32', n)
const onDevice = (buffer: CpuBuffer): Value<CpuBuffer> => ({ kind: 'device', buffer })
const bufferOf = (value: Value<CpuBuffer>): CpuBuffer => (value as { readonly buffer: CpuBuffer }).buffer

const given = [1, 2, 3, 4, 5, 6]
const doubled = Float32Array.from(given, (x) => 2 * x)

describe('compilation', () => {
  it('is of one module for all that a first plan needs, and of none for a plan of the same kernels', () => {
    const compile = vi.spyOn(WebAssembly, 'Module')
    try {
      const fresh = createRuntime()
      for (let plan = 0; plan < 2; plan++) {
        const { run } = createExecutable(fresh, plain, 1, { keep: 'host', donated: [false] })
        const [result] = run([{ kind: 'host', data: Float32Array.from(given) }], [2])
        expect(contents(result!)).toEqual(doubled)
        expect(compile).toHaveBeenCalledTimes(1)
      }
    } finally {
      compile.mockRestore()
    }
  })
})

describe('where arrays come from and go', () => {
  it('from the host to the host, again and again with other numbers', () => {
    const { run } = createExecutable(runtime, plain, 1, { keep: 'host', donated: [false] })
    const data = Float32Array.from(given)
    for (const factor of [2, 0, -0, 2, Number.NaN, 0.5])
      expect(contents(run([{ kind: 'host', data }], [factor])[0]!)).toEqual(data.map((x) => x * factor))
    expect(data).toEqual(Float32Array.from(given))
  })

  it('from the device to the device, into a buffer of its own', () => {
    const { run } = createExecutable(runtime, plain, 1, { keep: 'device', donated: [false] })
    const x = place(given)
    const y = run([onDevice(x)], [2])[0]!
    const z = run([y], [2])[0]!
    expect(contents(onDevice(x))).toEqual(Float32Array.from(given))
    expect(contents(y)).toEqual(doubled)
    expect(contents(z)).toEqual(doubled.map((v) => 2 * v))
  })

  it('in the place of a donated input', () => {
    const { run } = createExecutable(runtime, inPlace, 1, { keep: 'device', donated: [true] })
    const x = place(given)
    const y = run([onDevice(x)], [2])[0]!
    expect(bufferOf(y).address).toBe(x.address)
    expect(contents(y)).toEqual(doubled)
  })

  it('frees what was donated and not taken', () => {
    const { run } = createExecutable(runtime, plain, 1, { keep: 'device', donated: [true] })
    const x = place(given)
    const y = run([onDevice(x)], [2])[0]!
    expect(allocateBuffer(runtime, n, 'float32').address).toBe(x.address)
    expect(contents(y)).toEqual(doubled)
  })

  it('results that are inputs, or twice the same, are copies', () => {
    const { run } = createExecutable(runtime, sameTwice, 1, { keep: 'device', donated: [false] })
    const x = place(given)
    const [a, b, c] = run([onDevice(x)], [2]) as [Value<CpuBuffer>, Value<CpuBuffer>, Value<CpuBuffer>]
    expect(new Set([x.address, ...[a, b, c].map((value) => bufferOf(value).address)]).size).toBe(4)
    expect(contents(a)).toEqual(Float32Array.from(given))
    expect([contents(b), contents(c)]).toEqual([doubled, doubled])
  })

  it('bools are bytes on the host and words on the device', () => {
    const { run } = createExecutable(runtime, negation, 1, { keep: 'host', donated: [false] })
    const data = Uint8Array.of(0, 1, 1, 0, 1, 0)
    expect(contents(run([{ kind: 'host', data }], [])[0]!)).toEqual(Uint8Array.of(1, 0, 0, 1, 0, 1))
  })
})

it('plans of other sizes move the shared workspace, and older plans still run', () => {
  const sizes = [5, 70_000, 5, 300_000, 70_000]
  const executables = new Map(
    sizes.map((size) => [size, createExecutable(runtime, doubledTwice(size), 1, { keep: 'host', donated: [false] })]),
  )
  for (const size of sizes) {
    const data = new Float32Array(size).map((_, i) => i % 100)
    expect(contents(executables.get(size)!.run([{ kind: 'host', data }], [])[0]!)).toEqual(data.map((x) => 4 * x))
  }
})

it('a long loop that owns its state needs no more memory', () => {
  const device = cpu()
  let state = device.placeSync([p.zeros([1000]), p.ones([1000])])
  const step = ([a, b]: typeof state) => [p.add(a, b), p.mul(b, 0.5)] as unknown as typeof state
  const rss: number[] = []
  for (let i = 0; i < 3000; i++) {
    state = device.advanceSync(step(state), state)
    if (i % 1500 === 1499) rss.push(process.memoryUsage().arrayBuffers)
  }
  expect(rss[1]! - rss[0]!).toBeLessThan(1 << 20)
  expect(p.toArray(device.readSync(state)[0]!)[0]).toBeCloseTo(2)
})

it('float64 is for the reference device', () => {
  expect(() => cpu().evaluateSync(p.add(p.tensor([1, 2], [2], 'float64'), 1))).toThrow('reference')
})

describe('explain', () => {
  const [x, y] = [p.tensor(new Float32Array(128 * 128).fill(0.5), [128, 128]), p.ones([128, 128])]
  const tree = () => p.argSort(p.reshape(p.tanh(p.matmul(x, y)), [-1]))
  it.each([1, 2])('times each kernel when it is run, on %i threads, and costs the plan nothing', (threads) => {
    const device = cpu({ threads })
    const before = device.evaluateSync(tree())
    expect(device.explainSync(tree()).kernels.some(({ milliseconds }) => milliseconds !== undefined)).toBe(false)
    const { kernels } = device.explainSync(tree(), { run: true })
    expect(kernels.length).toBeGreaterThan(1)
    for (const { milliseconds } of kernels) expect(milliseconds).toBeGreaterThan(0)
    expect(p.toArray(device.evaluateSync(tree()))).toEqual(p.toArray(before))
  })
  it('counts what kernels need for themselves', () => {
    // One output: nothing but the sums of its rows lies between.
    expect(cpu().explainSync(p.sum(p.tensor(new Float32Array(1 << 20), [1 << 20]))).workspaceBytes).toBeGreaterThan(0)
  })
})
