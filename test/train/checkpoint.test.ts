import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaf, tensor, toArray } from '../../src/array/tensor.js'
import { readSafetensors } from '../../src/data/format/safetensors.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/train/checkpoint.js'

const tree = {
  params: { conv: { weight: tensor([[1, 2]]), bias: tensor([3]) } },
  state: [tensor([1, 2], [2], 'int32'), tensor([true, false])] as const,
  step: 7,
  flag: true,
  name: 'lenet',
  nothing: null,
  left: undefined,
}
const message = (result: ReturnType<ReturnType<typeof decodeCheckpoint<unknown>>>) =>
  result._tag === 'Left' ? result.left.message : 'no error'

test('arrays are named by their paths, notes are kept', () => {
  const file = readSafetensors(encodeCheckpoint(tree, { made: 'here' }))
  if (file._tag === 'Left') throw new Error(file.left.message)
  expect([...file.right.tensors.keys()].sort()).toEqual([
    'params.conv.bias',
    'params.conv.weight',
    'state.0',
    'state.1',
  ])
  expect(file.right.metadata.made).toBe('here')
})

test('what was encoded comes back, every bit of it', () => {
  const read = decodeCheckpoint(tree)(encodeCheckpoint(tree, { made: 'here' }))
  if (read._tag === 'Left') throw new Error(read.left.message)
  const { tree: back, notes } = read.right
  expect(notes).toEqual({ made: 'here' })
  expect([back.step, back.flag, back.name, back.nothing, back.left]).toEqual([7, true, 'lenet', null, undefined])
  expect([...toArray(back.params.conv.weight)]).toEqual([1, 2])
  expect([...toArray(back.state[0])]).toEqual([1, 2])
  expect(back.state[1].dtype).toBe('bool')
})

test('numbers and NaN payloads come back exactly', () => {
  fc.assert(
    fc.property(fc.double(), fc.array(fc.nat(0xffffffff), { maxLength: 5 }), fc.string(), (number, words, text) => {
      const data = new Float32Array(Uint32Array.from(words, (w) => w).buffer)
      const value = { number, text, x: leaf({ kind: 'host', data }, [data.length], 'float32') }
      const read = decodeCheckpoint(value)(encodeCheckpoint(value))
      if (read._tag === 'Left') throw new Error(read.left.message)
      expect(Object.is(read.right.tree.number, number)).toBe(true)
      expect(read.right.tree.text).toBe(text)
      const back = toArray(read.right.tree.x)
      expect([...new Uint32Array(back.buffer, back.byteOffset, back.length)]).toEqual([...new Uint32Array(data.buffer)])
    }),
  )
})

describe('a checkpoint that does not fit', () => {
  const saved = encodeCheckpoint({ params: { a: tensor([1]), b: tensor([2, 3]) }, step: 1 })
  const a = tensor([1])
  const b = tensor([2, 3])
  test.each([
    [
      'misses an entry',
      { params: { a, b, c: a }, step: 1 },
      'checkpoint, arrays: expected entries params.c, got none of that name.',
    ],
    [
      'has an entry more',
      { params: { a }, step: 1 },
      'checkpoint, arrays: expected no more than 1 entries, got also params.b.',
    ],
    [
      'is of another model',
      { params: { c: a, d: b }, step: 1 },
      'expected entries params.c, params.d, got params.a, params.b instead. It is of another model',
    ],
    [
      'has another shape',
      { params: { a, b: tensor([[2, 3]]) }, step: 1 },
      'checkpoint, params.b: expected float32 [1, 2], got float32 [2].',
    ],
    [
      'has another dtype',
      { params: { a: tensor([1], [1], 'int32'), b }, step: 1 },
      'checkpoint, params.a: expected int32 [1], got float32 [1].',
    ],
    [
      'misses a value',
      { params: { a, b }, step: 1, epoch: 2 },
      'checkpoint, values: expected entries epoch, got none of that name.',
    ],
    ['has another kind of value', { params: { a, b }, step: 'one' }, 'checkpoint, step: expected a string, got 1.'],
  ])('because it %s', (_, template, wanted) => {
    expect(message(decodeCheckpoint<unknown>(template)(saved))).toContain(wanted)
  })
  test('because it is damaged, at any byte', () => {
    for (let length = 0; length < saved.length; length += 7)
      expect(decodeCheckpoint<unknown>({})(saved.slice(0, length))._tag).toBe('Left')
  })
})

describe('what cannot be saved', () => {
  test('a pending tensor', () => {
    expect(() =>
      encodeCheckpoint({
        weight: leaf({ kind: 'device', owner: {}, name: 'x', handle: 0, mark: 0, position: 0 }, [1], 'float32'),
      }),
    ).toThrow('weight: expected an evaluated tensor on the host')
  })
  test('a function', () => {
    expect(() => encodeCheckpoint({ f: () => 1 })).toThrow('f: expected arrays, numbers, texts')
  })
})
