/** Values that a device cannot take. */
import * as p from 'pullback'
import { cpu } from 'pullback/cpu'
import { reference } from 'pullback/reference'
import { describe, expect, test } from 'vitest'
import { laterMistakeOf, mistakeOf } from './mistake.js'

describe('a tensor of one device given to another', () => {
  const here = cpu()
  const there = reference()
  const x = here.placeSync(p.tensor([1, 2]))
  const mistake = (path: string) => ({
    path,
    expected: 'leaves on the host or on reference',
    got: 'a leaf in the memory of cpu',
    fix: 'Read it with the device that has it: device.read(tree).',
  })

  test('names both devices, at once or later', async () => {
    expect(mistakeOf(() => there.evaluateSync({ nested: [p.add(x, 1)] }))).toEqual(mistake('evaluate'))
    expect(await laterMistakeOf(there.evaluate(p.add(x, 1)))).toEqual(mistake('evaluate'))
    expect(await laterMistakeOf(there.place(x))).toEqual(mistake('place'))
    expect(await laterMistakeOf(there.read(x))).toEqual(mistake('read'))
    expect(await laterMistakeOf(there.advance({ x }, undefined))).toEqual(mistake('advance'))
  })
  test('tells two devices of one name apart', () => {
    expect(mistakeOf(() => cpu().evaluateSync(p.add(x, 1)))).toEqual({
      ...mistake('evaluate'),
      expected: 'leaves on the host or on cpu',
      got: 'a leaf in the memory of cpu (another device of that name)',
    })
  })
  test('says how to go on', () => {
    expect([...p.toArray(there.evaluateSync(p.add(here.readSync(x), 1)))]).toEqual([2, 3])
  })
  test('an array in device memory, or not computed yet, has no elements to look at', () => {
    const evaluate = 'Write toArray(device.evaluateSync(x)), or await device.evaluate(x).'
    const wanted = { path: 'toArray', expected: 'an evaluated tensor on the host', fix: evaluate }
    expect(mistakeOf(() => p.toArray(x))).toEqual({ ...wanted, got: 'one in device memory' })
    expect(mistakeOf(() => p.toArray(p.add(x, 1)))).toEqual({ ...wanted, got: 'a pending add' })
  })
})

describe('a leaf that was given up', () => {
  test.each([cpu(), reference()])('cannot be used again, on $name', async (device) => {
    const x = device.placeSync(p.tensor([1, 2]))
    const y = device.advanceSync(p.add(x, 1), x)
    const mistake = (path: string) => ({
      path,
      expected: 'values that still exist',
      got: `one whose memory on ${device.name} was given up to the step after it`,
      fix: 'Use the newer value, or evaluate a copy before the step that takes its place.',
    })
    expect(mistakeOf(() => device.evaluateSync(p.mul(x, 2)))).toEqual(mistake('evaluate'))
    expect(mistakeOf(() => device.readSync({ x }))).toEqual(mistake('read'))
    expect(mistakeOf(() => device.advanceSync(p.mul(x, 2), x))).toEqual(mistake('advance'))
    expect(await laterMistakeOf(device.place(x))).toEqual(mistake('place'))
    expect([...p.toArray(device.readSync(y))]).toEqual([2, 3])
  })
})

describe('float64', () => {
  const device = cpu()
  const mistake = (path: string, from: string) => ({
    path,
    expected: 'dtypes that the cpu device has (float32, int32, uint32, bool)',
    got: `float64 from ${from}`,
    fix: `Use the reference device (pullback/reference) for float64, or cast(x, 'float32').`,
  })
  test('is on the reference device, and cpu says so', async () => {
    const x = p.tensor([1, 2], [2], 'float64')
    const cast = mistake('evaluate', 'cast of shape [2]')
    expect(mistakeOf(() => device.evaluateSync(p.cast(p.tensor([1, 2]), 'float64')))).toEqual(cast)
    expect(await laterMistakeOf(device.evaluate(p.exp(p.cast(p.iota([2]), 'float64'))))).toEqual(cast)
    expect(mistakeOf(() => device.placeSync(x))).toEqual(mistake('place', 'data of shape [2]'))
    expect(mistakeOf(() => device.advanceSync(p.neg(x), x))).toEqual(mistake('advance', 'neg of shape [2]'))
    expect(mistakeOf(() => device.explainSync(p.neg(x)))).toEqual(mistake('explain', 'neg of shape [2]'))
    expect([...p.toArray(reference().evaluateSync(p.mul(x, 2)))]).toEqual([2, 4])
  })
  test('of an operation is named before the data and the numbers that go into it', () => {
    const x = p.tensor([1, 2], [2], 'float64')
    expect(mistakeOf(() => device.evaluateSync(p.mul(x, 0)))).toEqual(mistake('evaluate', 'mul of shape [2]'))
    expect(mistakeOf(() => device.evaluateSync(p.less(x, x)))).toEqual(mistake('evaluate', 'data of shape [2]'))
    const one = p.literal(1, 'float64')
    expect(mistakeOf(() => device.evaluateSync(p.less(one, one)))).toEqual(mistake('evaluate', 'a number of shape []'))
  })
  test('inside a loop is found, too', () => {
    const step = (carry: p.Tensor, row: p.Tensor) => {
      const exact = p.sin(p.cast(p.add(carry, row), 'float64'))
      return [p.cast(exact, 'float32') as p.Tensor, exact] as const
    }
    const [last] = p.scan(step, p.tensor([0, 0]) as p.Tensor, p.ones([3, 2]) as p.Tensor)
    expect(mistakeOf(() => device.evaluateSync(last))).toEqual(mistake('evaluate', 'cast of shape [2]'))
  })
})

describe('a value that grows unread', () => {
  test('is told of past 100,000 pending operations', () => {
    const grow = (x: p.Tensor, times: number): p.Tensor => {
      let y = x
      for (let i = 0; i < times; i++) y = p.add(y, 1) as p.Tensor
      return y
    }
    const total = grow(p.tensor([0]), 100_000)
    expect(mistakeOf(() => p.add(total, 1))).toEqual({
      path: 'add',
      expected: 'at most 100000 pending operations in a row',
      got: '100001',
      fix: 'A value grows unread: evaluate running values each step.',
    })
    const device = cpu()
    const evaluated = device.evaluateSync(grow(p.tensor([0]), 5000))
    expect([...p.toArray(device.evaluateSync(grow(evaluated, 5000)))]).toEqual([10_000])
  })
})
