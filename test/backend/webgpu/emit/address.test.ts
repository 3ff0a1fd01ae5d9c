import { describe, expect, it } from 'vitest'
import { address, cover, places } from '../../../../src/backend/webgpu/emit/address.js'
import { eachPlace } from '../../kernelCases/data.js'
import { leastLimits } from '../harness.js'

/** WGSL of this folder, read as JavaScript: numbers lose their suffixes, division is of whole numbers. */
const evaluate = (code: string, expressions: readonly string[], given: Readonly<Record<string, number>>): number[] => {
  const script = `${code}\nreturn [${expressions.join(', ')}]`
    .replace(/\b(\d+)[iu]\b/g, '$1')
    .replace(/(\w+) \/ (\d+)/g, 'Math.floor($1 / $2)')
  return new Function(...Object.keys(given), 'u32', 'i32', script)(...Object.values(given), Number, Number) as number[]
}

describe('places', () => {
  it('count through dims in row-major order', () => {
    for (const dims of [[], [1], [7], [2, 3], [4, 1, 3], [1, 5, 1], [2, 3, 4, 5]]) {
      let flat = 0
      eachPlace(dims, (place) => {
        const { code, at } = places(dims, 'n', 'p')
        expect(evaluate(code, at, { n: flat++ })).toEqual(place)
      })
    }
  })
})

describe('addresses', () => {
  it('add offset and strides, negative ones too', () => {
    const text = address({ offset: 5, strides: [3, 0, -1, 1] }, ['a', 'b', 'c', 'd'])
    expect(text).toBe('a * 3i + c * (-1i) + d + 5i')
    expect(address({ offset: 5, strides: [0] }, ['a'])).toBe('5i')
    expect(address({ offset: 0, strides: [2] }, ['a + 1i'])).toBe('(a + 1i) * 2i')
  })
  it('add up places that are known', () => {
    expect(address({ offset: 5, strides: [3, 7] }, ['2i', 'a'])).toBe('a * 7i + 11i')
    expect(address({ offset: 0, strides: [3] }, ['0i'])).toBe('0i')
  })
})

describe('workgroups', () => {
  it('cover all invocations', () => {
    expect(cover(1000, 64, leastLimits)).toEqual({ workgroups: [16, 1, 1], flat: 'i32(global.x)' })
    expect(cover(0, 64, leastLimits).workgroups).toEqual([1, 1, 1])
  })
  it('are folded into y where x does not take them', () => {
    const { workgroups, flat } = cover(65536 * 64 + 1, 64, leastLimits)
    expect(workgroups).toEqual([32769, 2, 1])
    expect(flat).toBe('i32((group.y * 32769u + group.x) * 64u + localIndex)')
  })
})
