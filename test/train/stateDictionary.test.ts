import { describe, expect, it } from 'vitest'
import { tensor, toArray } from '../../src/array/tensor.js'
import { writeSafetensors } from '../../src/data/format/safetensors.js'
import { type StoredArray, storedArray } from '../../src/data/format/storedArray.js'
import { decodeStateDictionary, type StateDictionaryOptions } from '../../src/train/stateDictionary.js'

const file = (tensors: Readonly<Record<string, StoredArray>>): Uint8Array =>
  writeSafetensors({ tensors: new Map(Object.entries(tensors)), metadata: {} })
const stored = (shape: readonly number[], ...values: readonly number[]): StoredArray =>
  storedArray('float32', shape, Float32Array.from(values))

const template = { fc: { weight: tensor([[0, 0]]), bias: tensor([0]) } }
const bytes = file({ 'w.0': stored([1, 2], 1, 2), 'b.0': stored([1], 3) })
const names = { 'fc.weight': 'w.0', 'fc.bias': 'b.0' }

const messageOf = (options: StateDictionaryOptions, from: Uint8Array = bytes, like: unknown = template): string => {
  const read = decodeStateDictionary(like, options)(from)
  return read._tag === 'Left' ? read.left.message : 'no error'
}

describe('decodeStateDictionary', () => {
  it('reads by a record of names', () => {
    const read = decodeStateDictionary(template, { names })(bytes)
    if (read._tag === 'Left') throw new Error(read.left.message)
    expect([...toArray(read.right.fc.weight)]).toEqual([1, 2])
    expect([...toArray(read.right.fc.bias)]).toEqual([3])
  })
  it('reads by a function, and by paths where nothing is said', () => {
    expect(messageOf({ names: (path) => `${path[3]}.0` })).toBe('no error')
    expect(messageOf({}, file({ 'fc.weight': stored([1, 2], 1, 2), 'fc.bias': stored([1], 3) }))).toBe('no error')
  })
  it('widens to float64, and does not narrow', () => {
    const wide = { fc: { weight: tensor([0, 0], [1, 2], 'float64'), bias: tensor([0]) } }
    expect(messageOf({ names }, bytes, wide)).toBe('no error')
    const doubles = file({ 'w.0': storedArray('float64', [1, 2], Float64Array.of(1, 2)), 'b.0': stored([1], 3) })
    expect(messageOf({ names }, doubles)).toMatch(/"w\.0" for fc\.weight: expected float32 \[1, 2\], got float64/)
  })
  it('names what is missing, extra or misshapen', () => {
    expect(messageOf({ names: { 'fc.weight': 'w.0' } })).toMatch(/expected "fc\.bias as fc\.bias", got "b\.0" instead/)
    const more = file({ 'w.0': stored([1, 2], 1, 2), 'b.0': stored([1], 3), count: stored([], 5) })
    expect(messageOf({ names }, more)).toMatch(/also "count"/)
    expect(messageOf({ names, ignore: (name) => name === 'count' }, more)).toBe('no error')
    const turned = file({ 'w.0': stored([2, 1], 1, 2), 'b.0': stored([1], 3) })
    expect(messageOf({ names }, turned)).toMatch(
      /"w\.0" for fc\.weight: expected float32 \[1, 2\], got float32 \[2, 1\]/,
    )
  })
  it('passes what is wrong with the file on', () => {
    expect(messageOf({ names }, bytes.slice(0, 20))).toMatch(/^safetensors/)
  })
})
