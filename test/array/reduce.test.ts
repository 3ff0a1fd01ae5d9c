import * as p from 'pullback'
import { cpu } from 'pullback/cpu'
import { reference } from 'pullback/reference'
import { describe, expect, it } from 'vitest'

const devices = [
  ['reference', reference()],
  ['cpu', cpu({ threads: 1 })],
] as const

describe.each(devices)('logSumExp on %s', (_, on) => {
  const of = (...values: number[]): number =>
    p.toArray(on.evaluateSync(p.logSumExp(p.tensor(values, [values.length]), 0) as p.Tensor))[0]!
  const gradient = (...values: number[]): readonly number[] => {
    const x = p.tensor(values, [values.length]) as p.Tensor
    return Array.from(p.toArray(on.evaluateSync(p.grad((y: p.Tensor) => p.logSumExp(y) as p.Tensor<[]>)(x))))
  }

  it('is infinity where an element is', () => {
    expect(of(Infinity)).toBe(Infinity)
    expect(of(1, Infinity, -2)).toBe(Infinity)
    expect(of(Infinity, Infinity, -Infinity)).toBe(Infinity)
    expect(of(1000, Infinity)).toBe(Infinity)
  })
  it('is -infinity of -infinity alone', () => {
    expect(of(-Infinity, -Infinity)).toBe(-Infinity)
  })
  it('is NaN where an element is', () => {
    expect(of(NaN, 1)).toBeNaN()
    expect(of(Infinity, NaN)).toBeNaN()
    expect(of(-Infinity, NaN)).toBeNaN()
  })
  it('does not overflow, and passes over -infinity', () => {
    expect(of(1000, -Infinity)).toBe(1000)
    expect(of(-1000, -Infinity)).toBe(-1000)
  })
  it('has no gradient at elements as infinite as itself', () => {
    expect(gradient(1, Infinity)).toEqual([0, NaN])
    expect(gradient(-Infinity, -Infinity)).toEqual([NaN, NaN])
    expect(gradient(1000, -Infinity)).toEqual([1, 0])
  })
})

describe.each(devices)('mean on %s', (_, device) => {
  it('is the sum divided by the count: of ones it is 1, however many', () => {
    const counts = Array.from({ length: 600 }, (_, i) => i + 1)
    const means = counts.map((count) => p.mean(p.ones([count])))
    expect(device.evaluateSync(means).map(p.item)).toEqual(counts.map(() => 1))
  })

  it('is 1 of ones in windows of any size, and of a whole image', () => {
    const image = p.ones([1, 1, 7, 7]) as p.Tensor<[1, 1, 7, 7]>
    for (const kernel of [2, 3, 5, 7] as const) {
      const y = p.avgPool2d(image, { kernel, stride: 1 })
      expect(new Set(p.toArray(device.evaluateSync(y)))).toEqual(new Set([1]))
    }
    const whole = p.globalAvgPool2d(image)
    expect(p.toArray(device.evaluateSync(whole))).toEqual(Float32Array.of(1))
  })

  it('shares its cotangent in equal parts', () => {
    const gradient = p.grad((x: p.Tensor<[41]>) => p.mean(x))(p.ones([41]))
    expect(p.toArray(device.evaluateSync(gradient as p.Tensor))[40]).toBe(Math.fround(1 / 41))
  })

  it('is NaN of none', () => {
    expect(p.item(device.evaluateSync(p.mean(p.zeros([0]))))).toBeNaN()
  })
})
