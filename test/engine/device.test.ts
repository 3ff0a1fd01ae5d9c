import { describe, expect, it } from 'vitest'
import { alias, argument } from '../../src/array/control.js'
import type { HostArray } from '../../src/array/dtype.js'
import { add, cast, exp, mul } from '../../src/array/elementwise.js'
import { flip } from '../../src/array/move.js'
import type { AnyTensor } from '../../src/array/tensor.js'
import { literal, nodeOf, type Tensor, tensor, toArray } from '../../src/array/tensor.js'
import { cpuBackend } from '../../src/backend/cpu/backend.js'
import { referenceBackend } from '../../src/backend/reference/backend.js'
import type { Backend } from '../../src/engine/backend.js'
import { deviceOf, isResident } from '../../src/engine/device.js'
import type { DeviceEvent, PlanMisses } from '../../src/engine/event.js'
import { showExplanation } from '../../src/engine/explain.js'

interface Calls {
  compiled: number
  disposed: number
  uploads: number
  released: number
  donated: (readonly boolean[])[]
}

/** The reference backend, which counts what is asked of it. */
const counting = () => {
  const calls: Calls = { compiled: 0, disposed: 0, uploads: 0, released: 0, donated: [] }
  const inner = referenceBackend()
  const backend: Backend<HostArray, 'sync'> = {
    ...inner,
    compile: (program, options) => {
      calls.compiled++
      calls.donated.push(options.donated)
      const executable = inner.compile(program, options)
      return {
        ...executable,
        dispose: () => {
          calls.disposed++
        },
      }
    },
    upload: (data, dtype) => {
      calls.uploads++
      return inner.upload(data, dtype)
    },
    release: () => {
      calls.released++
    },
  }
  return { backend, calls }
}
const later = (backend: Backend<HostArray, 'sync'>): Backend<HostArray, 'async'> => ({
  ...backend,
  mode: 'async',
  compile: async (program, options) => {
    const executable = backend.compile(program, options)
    const { run, describe, dispose } = executable
    return {
      ...{ describe, dispose },
      run: async (inputs, scalars) => run(inputs, scalars),
      measure: async (inputs) => inputs.map((_, i) => 1.5 + i),
    }
  },
  download: async (buffer, dtype, size) => backend.download(buffer, dtype, size),
})

const vector = (...values: number[]) => tensor(values) as Tensor
const values = (x: unknown): number[] => [...toArray(x as AnyTensor)]

describe('evaluate', () => {
  it('replaces tensors by host values and passes everything else', () => {
    const device = deviceOf(counting().backend)
    const x = vector(1, 2)
    const pending = add(x, 1)
    const tree = { a: pending, b: [x, 3, 'text', null], c: pending, d: literal(2.5) }
    const out = device.evaluateSync(tree)
    expect(values(out.a)).toEqual([2, 3])
    expect(out.c).toBe(out.a)
    expect(out.b).toEqual([x, 3, 'text', null])
    expect(out.b[0]).toBe(x)
    expect(values(out.d)).toEqual([2.5])
    expect(() => toArray(tree.a as AnyTensor)).toThrow(/pending add/)
    expect(device.evaluateSync(out).a).toBe(out.a)
    expect(device.evaluateSync(alias(x as AnyTensor))).toBe(x)
  })

  it('plans a graph once, and again when its structure differs', () => {
    const { backend, calls } = counting()
    const device = deviceOf(backend)
    for (let i = 0; i < 10; i++)
      expect(values(device.evaluateSync(mul(vector(i, 2), 3 + i / 8)))[0]).toBe(i * (3 + i / 8))
    expect(calls.compiled).toBe(1)
    device.evaluateSync(mul(vector(1, 2, 3), 3))
    expect(calls.compiled).toBe(2)
  })

  it('drops the plan that was unused for the longest time', () => {
    const { backend, calls } = counting()
    const device = deviceOf(backend, { plans: 2 })
    const of = (n: number) => device.evaluateSync(exp(tensor(new Float32Array(n), [n])))
    of(1)
    of(2)
    of(1)
    of(3)
    expect(calls).toMatchObject({ compiled: 3, disposed: 1 })
    of(1)
    expect(calls.compiled).toBe(3)
    of(2)
    expect(calls).toMatchObject({ compiled: 4, disposed: 2 })
  })

  it('refuses a stray argument, a dtype the device lacks and a leaf of another device', () => {
    const { backend } = counting()
    const small = deviceOf({ ...backend, name: 'small', dtypes: ['float32', 'int32', 'bool'] })
    const other = deviceOf({ ...backend, name: 'other' })
    expect(() => small.evaluateSync(exp(argument([2], 'float32') as Tensor))).toThrow(/argument of a scan/)
    expect(() => small.evaluateSync(cast(vector(1), 'float64'))).toThrow(
      /evaluate: .*small.*float64 from cast.*reference device/,
    )
    const placed = other.placeSync(vector(1, 2))
    for (const use of [small.evaluateSync, small.placeSync, small.readSync])
      expect(() => use(placed)).toThrow(/on small, got a leaf in the memory of other/)
    expect(() => small.evaluateSync(exp(placed))).toThrow(/on small, got a leaf in the memory of other/)
  })

  it('answers later on an asynchronous backend, with the same values', async () => {
    const { backend, calls } = counting()
    const device = deviceOf(later(backend))
    const [a, b] = await Promise.all([device.evaluate(exp(vector(0, 1))), device.evaluate(exp(vector(1, 0)))])
    expect(values(a)).toEqual(values(b).reverse())
    expect(calls.compiled).toBe(1)
    const failing = deviceOf({ ...later(backend), compile: () => Promise.reject(new Error('no memory')) })
    await expect(failing.evaluate(exp(vector(1)))).rejects.toThrow('no memory')
    await expect(deviceOf(backend).evaluate(exp(argument([1], 'float32') as Tensor))).rejects.toThrow(/argument/)
  })
})

describe('place and read', () => {
  it('uploads a leaf once, and reads it back', () => {
    const { backend, calls } = counting()
    const device = deviceOf(backend)
    const x = vector(1, 2)
    const placed = device.placeSync({ x, again: x, sum: add(x, x) })
    expect(isResident(placed.x as AnyTensor) && isResident(placed.sum as AnyTensor)).toBe(true)
    expect(nodeOf(placed.again as AnyTensor).payload).toBe(nodeOf(placed.x as AnyTensor).payload)
    expect(nodeOf(device.placeSync(x) as AnyTensor).payload).toBe(nodeOf(placed.x as AnyTensor).payload)
    expect(calls.uploads).toBe(1)
    expect(values(device.readSync(placed).sum)).toEqual([2, 4])
    expect(values(device.evaluateSync(mul(placed.sum, placed.x)))).toEqual([2, 8])
    expect(() => device.readSync(exp(x))).toThrow(/pending exp/)
    expect(() => toArray(placed.x as AnyTensor)).toThrow(/device memory/)
  })
})

describe('advance', () => {
  it('gives up what is donated, with one plan from the first step on', () => {
    const { backend, calls } = counting()
    const device = deviceOf(backend)
    const start = { w: vector(1, 2), frozen: vector(5), n: 0 }
    let state = start
    const kept: (typeof state)[] = []
    for (let i = 0; i < 4; i++) {
      kept.push(state)
      state = device.advanceSync({ w: mul(state.w, 2), frozen: state.frozen, n: state.n + 1 }, state)
    }
    expect(values(device.readSync(state).w)).toEqual([16, 32])
    expect(values(device.readSync(state).frozen)).toEqual([5])
    expect(state.n).toBe(4)
    expect(values(start.w)).toEqual([1, 2])
    expect(calls).toMatchObject({ compiled: 1, donated: [[true]] })
    expect(() => device.evaluateSync(exp(kept[2]!.w))).toThrow(/given up to the step after it/)
    expect(values(device.readSync(kept[2]!.frozen))).toEqual([5])
  })

  it('frees what is donated and not used, and keeps what is used in two shapes', () => {
    const { backend, calls } = counting()
    const device = deviceOf(backend)
    const state = device.placeSync({ a: vector(1), b: vector(2) })
    const next = device.advanceSync({ a: add(state.a, 1) }, state)
    expect(calls.released).toBe(1)
    expect(values(device.evaluateSync(next.a))).toEqual([2])
    expect(() => device.advanceSync({ b: state.b }, [])).toThrow(/given up/)
  })

  it('keeps the copy of an array of the host that the tree returns as it is', () => {
    const device = deviceOf(counting().backend)
    const x = vector(1, 2)
    const placed = device.placeSync(x)
    const [same, more] = device.advanceSync([x, add(placed, 1)], placed)
    expect([values(device.readSync(same)), values(device.readSync(more))]).toEqual([
      [1, 2],
      [2, 3],
    ])
  })

  it.each([
    ['read', (placed: Tensor) => add(placed, 1), [2, 3, 4]],
    ['not read', () => vector(5), [5]],
  ] as const)('reads an array of the host from itself when its copy, %s, is given up', (_, next, wanted) => {
    const device = deviceOf(cpuBackend())
    const x = vector(1, 2, 3)
    const placed = device.placeSync(x)
    const results = device.advanceSync([mul(x, 2), mul(next(placed), 1), flip(x, 0)], placed)
    expect(results.map((result) => values(device.readSync(result)))).toEqual([[2, 4, 6], wanted, [3, 2, 1]])
    expect(values(device.readSync(x))).toEqual([1, 2, 3])
  })

  it('gives nothing up when the step is a mistake', () => {
    const device = deviceOf({ ...counting().backend, dtypes: ['float32'] })
    const state = device.placeSync(vector(1))
    expect(() => device.advanceSync(cast(state, 'int32'), state)).toThrow(/dtypes/)
    expect(values(device.readSync(state))).toEqual([1])
  })
})

describe('explain', () => {
  it('counts kernels, bytes and plans of one call', () => {
    const device = deviceOf(counting().backend)
    for (let n = 1; n <= 40; n++) device.evaluateSync(exp(tensor(new Float32Array(n), [n])))
    const explained = device.explainSync(exp(vector(1, 2)))
    expect(explained).toMatchObject({ programSize: 2, uploadedBytes: 8, planMisses: 40 })
    expect(showExplanation(explained)).toMatch(/kernel +shape[\s\S]*exp +\[2\][\s\S]*plans made 40\nShapes vary/)
    expect(device.explainSync(exp(device.placeSync(vector(1, 2)))).uploadedBytes).toBe(0)
  })

  it('tells times where a run is asked for and the backend can tell', async () => {
    const tree = () => exp(vector(1, 2))
    const device = deviceOf(later(counting().backend))
    const times = async (options: { readonly run?: boolean }) =>
      (await device.explain(tree(), options)).kernels.map(({ milliseconds }) => milliseconds)
    expect(await times({ run: true })).toEqual([1.5, undefined])
    expect(await times({})).toEqual([undefined, undefined])
    expect(showExplanation(await device.explain(tree(), { run: true }))).toContain('moved, 1.500 ms\n')
    const silent = deviceOf(counting().backend).explainSync(tree(), { run: true })
    expect(silent.kernels.every(({ milliseconds }) => milliseconds === undefined)).toBe(true)
  })
})

describe('onEvent', () => {
  const of = (n: number): Tensor => exp(tensor(new Float32Array(n), [n])) as Tensor
  const listening = () => {
    const events: PlanMisses[] = []
    const onEvent = (event: DeviceEvent) => events.push(event as PlanMisses)
    return { events, device: deviceOf(counting().backend, { onEvent }) }
  }

  it('names the call that makes a 33rd plan for graphs that differ in sizes only, once', async () => {
    const { events, device } = listening()
    for (let n = 1; n <= 32; n++) device.evaluateSync(of(n))
    for (let n = 1; n <= 32; n++) device.evaluateSync(of(n))
    expect(events).toEqual([])
    for (let n = 33; n <= 70; n++) await device.evaluate(of(n))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      ...{ kind: 'planMisses', device: 'reference', path: 'evaluate', count: 33, inputs: [[33]], outputs: [[33]] },
      stack: expect.stringContaining('device.test.ts'),
      message:
        'evaluate: 33 plans on reference for graphs that differ in sizes only. ' +
        'Shapes vary from call to call: pad them, or make offsets tensors (dynamicSlice).',
    })
  })

  it('tells graphs apart', () => {
    const { events, device } = listening()
    for (let n = 1; n <= 33; n++) device.placeSync(n % 2 === 0 ? of(n) : add(of(n), 1))
    expect(events).toEqual([])
    for (let n = 1; n <= 70; n++) device.placeSync(n % 2 === 0 ? of(n + 100) : add(of(n + 100), 1))
    expect(events.map(({ path, inputs }) => [path, inputs])).toEqual([
      ['place', [[131]]],
      ['place', [[134]]],
    ])
  })
})
