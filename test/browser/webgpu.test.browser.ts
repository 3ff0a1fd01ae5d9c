/** The webgpu device in a page: on SwiftShader, which takes its time to compile, so everything is small. */
import * as p from 'pullback'
import { backendLaws, closeInScale, identical, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { webgpu } from 'pullback/webgpu'
import { describe, expect, it } from 'vitest'
import { check } from '../laws/support.js'
import { families, oneStep } from './families.js'

const opened = await webgpu()()
if (opened._tag === 'Left') throw opened.left
const device = opened.right
const upheld = { holds: true }
const tolerance = { absolute: 1e-5, relative: 1e-5 }

describe('webgpu in a page', () => {
  it('is the device that was asked for', () => expect(device.name).toBe('webgpu'))

  it('evaluates, places, reads and advances', async () => {
    const x = p.tensor([1, 2, 3], [3])
    const placed = await device.place({ x, twice: p.add(x, x), step: 3 })
    const next = await device.advance({ ...placed, twice: p.mul(placed.twice, 2) }, placed)
    const { x: same, twice, step } = await device.read(next)
    expect([p.toArray(same), p.toArray(twice), step]).toEqual([Float32Array.of(1, 2, 3), Float32Array.of(4, 8, 12), 3])
  })

  it('draws the bits of every other device', async () => {
    const [drawn] = p.uniform({ shape: [100] })(p.rng(3))
    expect(identical('bits', await device.evaluate(drawn), await reference().evaluate(drawn))).toEqual(upheld)
  })

  it('names an array that is too large', () =>
    expect(device.evaluate(p.ones([2 ** 30]))).rejects.toMatchObject({ name: 'DeviceError', reason: 'limit' }))

  it('gives the same bits again', async () => {
    const run = () => device.evaluate(oneStep(families.convolution))
    expect(identical('step', await run(), await run())).toEqual(upheld)
  })

  // Every random program takes shaders of its own, each of which takes a while.
  check(
    backendLaws.filter(({ name }) => /reference|one step|fused|placing/.test(name)),
    { device, reference: reference(), tolerance: { absolute: 2 ** -17, relative: 2 ** -17 } },
    programs(),
    { runs: 4, shrink: false },
  )

  for (const [name, family] of Object.entries(families))
    it(`a step of ${name} is the reference's`, async () => {
      const [got, wanted] = [await device.evaluate(oneStep(family)), await reference().evaluate(oneStep(family))]
      expect(closeInScale(tolerance)('step', got, wanted)).toEqual(upheld)
    })

  it("a step of adam is the reference's", async () => {
    const step = () => oneStep(families['dense and ReLU'], p.adam(0.01))
    const [got, wanted] = [await device.evaluate(step()), await reference().evaluate(step())]
    expect(closeInScale(tolerance)('step', got, wanted)).toEqual(upheld)
  })
})
