import { describe, expect, it } from 'vitest'
import type { Region } from '../../../../src/backend/webgpu/dispatch.js'
import { bind } from '../../../../src/backend/webgpu/emit/bindings.js'
import { leastLimits } from '../harness.js'

const region = (slot: number, offset: number, size: number): Region => ({
  slot,
  offset,
  size,
  stride: 0,
  dtype: 'float32',
})
const use = (region: Region, stores = false) => ({ region, stores })

describe('bindings', () => {
  it('a region is a binding of its own, which begins at a multiple of 64 elements', () => {
    expect(bind([use(region(3, 0, 10)), use(region(0, 80, 10), true)], leastLimits)).toEqual([
      { slot: 3, offset: 0, size: 10, access: 'read', uses: [0] },
      { slot: 0, offset: 64, size: 26, access: 'read_write', uses: [1] },
    ])
  })
  it('what shares places is one binding, also where only the rounded beginning does', () => {
    expect(bind([use(region(0, 0, 70)), use(region(0, 80, 10), true)], leastLimits)).toEqual([
      { slot: 0, offset: 0, size: 90, access: 'read_write', uses: [0, 1] },
    ])
    // The third joins the first two, which were apart.
    const three = [region(0, 0, 64), region(0, 128, 64), region(0, 60, 100)]
    expect(
      bind(
        three.map((each) => use(each)),
        leastLimits,
      ),
    ).toEqual([{ slot: 0, offset: 0, size: 192, access: 'read', uses: [0, 1, 2] }])
  })
  it('halves begin at multiples of as many bytes, and count half where stretches are joined', () => {
    const half = (slot: number, offset: number, size: number): Region => ({ ...region(slot, offset, size), half: true })
    expect(bind([use(half(5, 192, 10)), use(region(0, 192, 10), true)], leastLimits)).toEqual([
      { slot: 5, offset: 128, size: 74, access: 'read', half: true, uses: [0] },
      { slot: 0, offset: 192, size: 10, access: 'read_write', uses: [1] },
    ])
    const far = [half(5, 0, 4), half(5, 1280, 4)].map((each) => use(each))
    const limits = { ...leastLimits, storageBuffers: 1 }
    expect(bind(far, { ...limits, bindingElements: 642 })).toMatchObject([{ offset: 0, size: 1284, half: true }])
    expect(() => bind(far, { ...limits, bindingElements: 641 })).toThrow('storage buffers')
  })
  it('all bindings of a slot are written, or none', () => {
    const bound = bind([use(region(0, 0, 64)), use(region(1, 0, 64)), use(region(0, 64, 64), true)], leastLimits)
    expect(bound.map(({ access }) => access)).toEqual(['read_write', 'read', 'read_write'])
  })
  it('neighbours of a slot are joined until there are few enough', () => {
    const uses = [0, 64, 1024, 4096].map((offset) => use(region(0, offset, 10)))
    const bound = bind([...uses, use(region(1, 0, 5))], { ...leastLimits, storageBuffers: 3 })
    expect(bound.map(({ slot, offset, size, uses }) => [slot, offset, size, uses])).toEqual([
      [0, 0, 1034, [0, 1, 2]],
      [0, 4096, 10, [3]],
      [1, 0, 5, [4]],
    ])
  })
  it('too many slots, or stretches that are too long, are an error', () => {
    const slots = [0, 1, 2].map((slot) => use(region(slot, 0, 4)))
    expect(() => bind(slots, { ...leastLimits, storageBuffers: 2 })).toThrow('3 storage buffers, and there are 2')
    const far = [use(region(0, 0, 4)), use(region(0, 2 ** 20, 4))]
    expect(() => bind(far, { ...leastLimits, storageBuffers: 1, bindingElements: 1000 })).toThrow('storage buffers')
  })
})
