import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostArray } from '../../../../src/array/dtype.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import { reduce } from '../../../../src/backend/webgpu/kernel/reduce.js'
import { bools, integers, noise, someFloats, unsigned } from '../../kernelCases/data.js'
import { dispatchesOf, expectPlan, leastLimits, mistakeIn, noGpu, ownLimits } from '../harness.js'
import { loopSample, reduceSample, type Sample, totalSize } from './plans.js'

const dataFor = ({ plan, seed }: Sample): HostArray[] =>
  plan.buffers.flatMap(({ dtype, size, role }, i) => {
    if (role.kind !== 'input') return []
    const next = noise(seed + i)
    const words = Array.from({ length: size }, () => next() * 2 ** 32)
    if (dtype === 'float32') return [someFloats(size, seed + i, i % 2 === 1)]
    if (dtype === 'bool') return [bools(words.map((w) => (w % 2) | 0)).data]
    return [dtype === 'int32' ? integers(words.map((w) => (w | 0) >> ((i % 3) * 10))).data : unsigned(words).data]
  })

/** Of denormals nothing is promised; products of large numbers and quotients make few. */
const check = async (sample: Sample, index: number): Promise<void> =>
  expectPlan(
    sample.plan,
    { loop, reduce },
    dataFor(sample).map((data) =>
      data instanceof Float32Array ? data.map((x) => (Math.abs(x) < 1e-30 ? x * 0 : x)) : data,
    ),
    sample.scalars,
    { absolute: 2 ** -30, relative: 2 ** -21 },
    index % 2 === 0 ? ownLimits : leastLimits,
  )

const runs = Number(process.env.PLANS ?? 20)

describe.skipIf(noGpu)('random plans', () => {
  it('are valid shaders', async () => {
    const samples = [loopSample, reduceSample].flatMap((arbitrary) => fc.sample(arbitrary, 5 * runs))
    for (const { plan } of samples)
      for (const { source } of dispatchesOf(plan, { loop, reduce }, leastLimits).dispatches) {
        const mistake = await mistakeIn(source)
        if (mistake !== undefined) expect.fail(`${mistake}\n${source}`)
      }
  })

  for (const [name, arbitrary] of [
    ['loops', loopSample],
    ['reductions', reduceSample],
  ] as const)
    it(name, async () => {
      let index = 0
      await fc.assert(
        fc.asyncProperty(
          arbitrary.filter((sample) => totalSize(sample) < 50_000),
          (sample) => check(sample, index++),
        ),
        { numRuns: runs, endOnFailure: true },
      )
    }, 300_000)
})
