/**
 * Denormals, NaN, infinities and signed zeros: what the reference says, on one thread and on two that share every launch,
 * through the whole engine with its simplifications and fusions.
 */
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { backendOn } from '../../../src/backend/cpu/backend.js'
import { control } from '../../../src/backend/cpu/kernel/threads.js'
import { createRuntime } from '../../../src/backend/cpu/runtime/runtime.js'
import { reference } from '../../../src/backend/reference/index.js'
import { deviceOf, type SyncDevice } from '../../../src/engine/device.js'
import * as p from '../../../src/index.js'
import { noise } from './support.js'

type Any = p.AnyTensor
type Value = Any | number
const f = p as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Any>>

const shared = createRuntime(2, 1e-9)
beforeAll(async () => {
  while (shared.memory.words()[control.started >> 2] === 0) await setTimeout(5)
})
const devices: readonly (readonly [string, SyncDevice])[] = [
  ['one thread', deviceOf(backendOn(createRuntime()))],
  ['two threads', deviceOf(backendOn(shared))],
]

const smallest = 2 ** -149
const least = 2 ** -126
const largest = (2 - 2 ** -23) * 2 ** 127
const positive = [
  0,
  smallest,
  3 * smallest,
  least - smallest,
  least,
  1e-20,
  0.3,
  0.5,
  1,
  1.5,
  7,
  1e20,
  largest,
  Infinity,
]
const values = [...positive, ...positive.map((x) => -x), Number.NaN]

const vector = (data: readonly number[]): Any => p.tensor(Float32Array.from(data), [data.length])
const all = vector(values)
/** Every value with every value. */
const [lefts, rights] = [values.flatMap((x) => values.map(() => x)), values.flatMap(() => values)]
const [a, b] = [vector(lefts), vector(rights)]

/** The sign of a zero counts, the bits of a NaN do not. */
const expectSame = (device: SyncDevice, tree: () => Any, what: (i: number) => string): void => {
  const [got, wanted] = [p.toArray(device.evaluateSync(tree())), p.toArray(reference().evaluateSync(tree()))]
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < got.length; i++)
    if (!Object.is(got[i], wanted[i])) expect.fail(`${what(i)}: expected ${wanted[i]}, got ${got[i]}`)
}

const exactUnary = ['neg', 'abs', 'sign', 'sqrt', 'floor', 'square', 'reciprocal', 'rsqrt', 'isNaN', 'isFinite']
const exactBinary = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'mod']
const comparisons = ['less', 'greater', 'equal', 'notEqual', 'lessEqual', 'greaterEqual']
const inexact = ['exp', 'log', 'log1p', 'sin', 'cos', 'tanh', 'erf']

/** What must be exact of a function that is not: NaN, infinities, zeros, and on which side of them the rest is. */
const kindOf = (x: number): string =>
  Number.isNaN(x) ? 'NaN' : x === 0 || !Number.isFinite(x) ? (Object.is(x, -0) ? '-0' : String(x)) : x > 0 ? '+' : '-'

describe.each(devices)('elementwise on %s', (_, device) => {
  it.each(exactUnary)('%s', (name) =>
    expectSame(
      device,
      () => f[name]!(all),
      (i) => `${name}(${values[i]})`,
    ),
  )
  it.each([...exactBinary, ...comparisons])('%s', (name) =>
    expectSame(
      device,
      () => f[name]!(a, b),
      (i) => `${name}(${lefts[i]}, ${rights[i]})`,
    ),
  )
  it.each(['int32', 'uint32', 'bool'])('to %s and back', (dtype) =>
    expectSame(
      device,
      () => f.cast!(f.cast!(all, dtype), 'float32'),
      (i) => `${values[i]}`,
    ),
  )
  it('bitcast', () => expectSame(device, () => f.bitcast!(f.bitcast!(all, 'uint32'), 'float32'), String))
  it('select', () =>
    expectSame(
      device,
      () => f.select!(f.less!(a, b), a, b),
      (i) => `${lefts[i]}, ${rights[i]}`,
    ))

  const constants = [0, -0, 1, -1, 2, 0.5, Infinity, -Infinity, Number.NaN]
  it.each(exactBinary)('%s with a constant', (name) => {
    for (const c of constants)
      for (const [x, y] of [
        [all, c],
        [c, all],
      ] as readonly (readonly [Value, Value])[])
        expectSame(
          device,
          () => f[name]!(x, y),
          (i) => `${name} of ${values[i]} and ${c}`,
        )
  })
  it('pow with a constant', () => {
    for (const c of [0, 1, -1, 2, 3, 0.5, -0.5]) {
      const tree = () => f.pow!(all, c)
      const [got, wanted] = [p.toArray(device.evaluateSync(tree())), p.toArray(reference().evaluateSync(tree()))]
      for (let i = 0; i < got.length; i++)
        expect([values[i], c, kindOf(got[i]!)]).toEqual([values[i], c, kindOf(wanted[i]!)])
    }
  })
  it.each(inexact)('%s', (name) => {
    // Sines of huge arguments are only bounded.
    const x = /sin|cos/.test(name) ? values.map((v) => (Math.abs(v) > 1e6 && v < Infinity ? 0.25 : v)) : values
    const tree = () => f[name]!(vector(x))
    const [got, wanted] = [p.toArray(device.evaluateSync(tree())), p.toArray(reference().evaluateSync(tree()))]
    for (let i = 0; i < got.length; i++) {
      expect([x[i], kindOf(got[i]!)]).toEqual([x[i], kindOf(wanted[i]!)])
      if (Math.abs(wanted[i]!) < Infinity)
        expect(Math.abs(got[i]! - wanted[i]!)).toBeLessThanOrEqual(Math.max(2 ** -21 * Math.abs(wanted[i]!), smallest))
    }
  })
  it('pow', () => {
    const tree = () => f.pow!(a, b)
    const [got, wanted] = [p.toArray(device.evaluateSync(tree())), p.toArray(reference().evaluateSync(tree()))]
    for (let i = 0; i < got.length; i++)
      expect([lefts[i], rights[i], kindOf(got[i]!)]).toEqual([lefts[i], rights[i], kindOf(wanted[i]!)])
  })
})

/** Ordinary numbers with one or all of them replaced. */
const rowsWith = (length: number, special: number): number[][] => {
  const next = noise(length)
  const rows = Array.from({ length }, (_, at) =>
    Array.from({ length }, (_, i) => (i === at ? special : Math.fround(next() * 4 - 2))),
  )
  return [...rows, new Array<number>(length).fill(special)]
}

describe.each(devices)('sums on %s', (_, device) => {
  const lengths = [1, 2, 5, 9, 21]
  it.each(['sum', 'prod', 'max', 'min', 'argMax', 'mean', 'logSumExp', 'any'])('%s, along rows and columns', (name) => {
    for (const length of lengths) {
      const rows = values.flatMap((special) => rowsWith(length, special))
      const table = p.tensor(Float32Array.from(rows.flat()), [rows.length, length])
      const x = name === 'any' ? f.notEqual!(table, 0) : table
      const what = (i: number): string => `${name} of ${rows[i]}`
      if (name === 'logSumExp') {
        const tree = () => f.logSumExp!(x, 1)
        const [got, wanted] = [p.toArray(device.evaluateSync(tree())), p.toArray(reference().evaluateSync(tree()))]
        for (let i = 0; i < got.length; i++) expect([what(i), kindOf(got[i]!)]).toEqual([what(i), kindOf(wanted[i]!)])
        continue
      }
      expectSame(device, () => f[name]!(x, 1), what)
      expectSame(device, () => f[name]!(f.transpose!(x), 0), what)
    }
  })
  it('long ones', () => {
    for (const special of values) {
      const next = noise(7)
      const data = Float32Array.from({ length: 10_000 }, (_, i) => (i === 6_000 ? special : next() - 0.5))
      for (const name of ['sum', 'max', 'min', 'argMax'])
        expectSame(
          device,
          () => f[name]!(p.tensor(data, [data.length])),
          () => `${name} with ${special}`,
        )
    }
  })
  it('of denormals: nothing is flushed', () => {
    const next = noise(3)
    const data = Float32Array.from({ length: 3000 }, () => (next() - 0.5) * 2 ** -130)
    for (const axis of [0, 1])
      expectSame(
        device,
        () => f.sum!(p.tensor(data, [50, 60]), axis),
        () => `axis ${axis}`,
      )
    expectSame(device, () => f.cumulativeSum!(p.tensor(data, [50, 60]), 1), String)
  })
  it('pooling and its gradient', () => {
    const rows = values.flatMap((special) => rowsWith(8, special).slice(0, 8))
    const images = p.tensor(Float32Array.from(rows.flat()), [1, values.length, 8, 8]) as never
    for (const layer of [p.maxPool2d(2), p.avgPool2d(2)]) {
      const apply = (x: never) => layer.infer({}, {}, x)[0] as Any
      expectSame(device, () => apply(images), String)
      expectSame(
        device,
        () => layer.infer({}, {}, images)[1](f.mul!(apply(images), 0.5) as never)[1] as Any,
        (i) => `gradient ${i}`,
      )
    }
  })
})

describe.each(devices)('products on %s', (_, device) => {
  const filled = (shape: readonly [number, number], seed: number, share: number): Any => {
    const next = noise(seed)
    const data = Float32Array.from({ length: shape[0] * shape[1] }, () =>
      next() < share ? values[Math.floor(next() * values.length)]! : next() * 4 - 2,
    )
    return p.tensor(data, shape)
  }
  const sizes = [
    [1, 7, 9],
    [6, 1, 5],
    [5, 9, 13],
    [37, 300, 45],
  ] as const
  it.each(sizes)('%i by %i by %i', (m, k, n) => {
    for (const share of [1 / (m * k), 0.02, 0.3]) {
      const [x, y] = [filled([m, k], 1, share), filled([k, n], 2, share)]
      const [xt, yt] = [filled([k, m], 3, share), filled([n, k], 4, share)]
      for (const [form, tree] of Object.entries({
        plain: () => f.matmul!(x, y),
        'first transposed': () => f.matmul!(f.transpose!(xt), y),
        'second transposed': () => f.matmul!(x, f.transpose!(yt)),
        'with an epilogue': () => f.maximum!(f.add!(f.matmul!(x, y), 1), 0),
      }))
        expectSame(device, tree, (i) => `${form}, ${i}`)
    }
  })
  it('of tiny numbers: results may be denormal, or zeros with a sign', () => {
    const tiny = (shape: readonly [number, number], seed: number): Any => {
      const next = noise(seed)
      const data = Float32Array.from({ length: shape[0] * shape[1] }, () => (next() - 0.5) * 2 ** -72)
      return p.tensor(data, shape)
    }
    expectSame(device, () => f.matmul!(tiny([17, 33], 1), tiny([33, 19], 2)), String)
    expectSame(device, () => f.matmul!(tiny([17, 1], 1), f.mul!(tiny([1, 19], 2), 2 ** -20)), String)
  })
  it('convolutions', () => {
    const layer = p.conv2d({ in: 2, out: 5, kernel: 3, padding: 1 })
    const [{ params }] = layer.init({ shape: [2, 2, 9, 9], dtype: 'float32' })(p.rng(1))
    const images = f.reshape!(filled([4, 81], 5, 0.05), [2, 2, 9, 9]) as never
    expectSame(device, () => layer.infer(params, {}, images)[0] as Any, String)
    const gradients = () => {
      const [output, pullback] = layer.infer(params, {}, images)
      return pullback(output)
    }
    expectSame(
      device,
      () => gradients()[0].weight as Any,
      (i) => `weight ${i}`,
    )
    expectSame(
      device,
      () => gradients()[1] as Any,
      (i) => `image ${i}`,
    )
  })
})

describe.each(devices)('moved on %s', (_, device) => {
  const indices = p.tensor(
    Int32Array.from(values, (_, i) => (i * 7) % values.length),
    [values.length],
    'int32',
  )
  it('gather, scatterAdd, sort', () => {
    expectSame(device, () => f.gather!(all, indices), String)
    expectSame(device, () => f.scatterAdd!(indices, all, values.length), String)
    expectSame(device, () => f.sort!(all), String)
    expectSame(device, () => f.argSort!(all), String)
  })
  it('pad, concat, flip', () => {
    expectSame(device, () => f.pad!(all, [[2, 3]], -0), String)
    expectSame(device, () => f.concatAll!([all, f.neg!(all)], 0), String)
    expectSame(device, () => f.flip!(all, 0), String)
  })
})
