import { describe, expect, it } from 'vitest'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { KernelPlan, LoopKernel } from '../../../../src/engine/kernel.js'
import { numberOfHalf, throughHalf } from '../../../engine/half.js'
import { fromWords, toWords } from '../../../engine/interpreter.js'
import { planOf, whole } from '../../kernelCases/data.js'
import { asHalves, noGpu, runPlan } from '../harness.js'

const smallestNormal = 2 ** -14

/** Copies floats from a buffer to another; either may be of halves. */
const copied = async (values: readonly number[], from: boolean, to: boolean): Promise<readonly number[]> => {
  const size = values.length
  const kernel: LoopKernel = {
    ...{ kind: 'loop', dims: [size], steps: [] },
    operands: [{ kind: 'load', dtype: 'float32', access: whole(0, [size]) }],
    stores: [{ value: 0, access: whole(1, [size]) }],
  }
  const plan = planOf([['float32', size]], [['float32', size]], [], [kernel])
  const halves = asHalves(plan)
  const own: KernelPlan = { ...plan, buffers: [from, to].map((half, i) => (half ? halves : plan).buffers[i]!) }
  const [words] = await runPlan(own, { loop }, [toWords(Float32Array.from(values))])
  return [...fromWords(words!, 'float32')]
}

/** An adapter may turn denormals into zeros. */
const isSame = (got: number, wanted: number): boolean =>
  Object.is(got, wanted) || (Math.abs(wanted) < smallestNormal && got === 0)

const all = Array.from({ length: 65536 }, (_, bits) => numberOfHalf(bits))

describe.skipIf(noGpu).each([
  ['in fours', 0],
  ['one by one', 1],
] as const)('halves, %s', (_, more) => {
  it('all 65,536 are read as what they are, and written so', async () => {
    const values = [...all, ...all.slice(0, more)]
    for (const [from, to] of [
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const wrong = (await copied(values, from, to)).filter((got, i) => !isSame(got, values[i]!))
      expect(wrong).toEqual([])
    }
  })

  it('what lies between two of them becomes one of the two, the nearer one where it is not near the middle', async () => {
    const finite = all.filter(Number.isFinite).sort((a, b) => a - b)
    const pairs = finite.slice(1).flatMap((above, i) => (above > finite[i]! ? [[finite[i]!, above] as const] : []))
    for (const share of [0.001, 0.45, 0.5, 0.55, 0.999]) {
      const values = pairs.map(([below, above]) => Math.fround(below + share * (above - below)))
      while (values.length % 4 !== more) values.push(1)
      const got = await copied(values, false, true)
      const wrong = pairs.filter(([below, above], i) => {
        const allowed = share === 0.5 ? [below, above] : share < 0.5 ? [below] : [above]
        return !allowed.some((each) => got[i] === each || isSame(got[i]!, each))
      })
      expect(wrong).toEqual([])
    }
  })

  it('overflow is infinity from 65520 on, NaN is NaN, and -0 is -0', async () => {
    const values = [65504, 65519.996, 65520, 65535, 1e5, 3.4e38, Infinity, Number.NaN, 0, 1e-9, 1e-45]
    const both = [...values, ...values.map((x) => -x)]
    while (both.length % 4 !== more) both.push(0)
    const got = await copied(both, false, true)
    both.forEach((x, i) => {
      expect(isSame(got[i]!, throughHalf(x))).toBe(true)
    })
    expect(got.slice(0, 8)).toEqual([65504, 65504, ...Array.from({ length: 5 }, () => Infinity), Number.NaN])
    expect(got[11 + 8]).toBe(-0)
    expect(got[11 + 2]).toBe(-Infinity)
  })
})
