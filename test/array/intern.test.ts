import fc from 'fast-check'
import { expect, test } from 'vitest'
import { interned, internedCopy } from '../../src/array/intern.js'

const lists = fc.array(fc.nat(9), { maxLength: 6 })

test('gives an equal list, whatever was there before', () => {
  fc.assert(
    fc.property(fc.array(lists, { maxLength: 50 }), (many) => {
      for (const list of many) expect(interned(list.slice())).toEqual(list)
      for (const list of many) expect(internedCopy(list)).toEqual(list)
    }),
  )
})

test('gives the list that was there', () => {
  const first = interned([3, 1, 4, 1, 5])
  expect(interned([3, 1, 4, 1, 5])).toBe(first)
  expect(internedCopy([3, 1, 4, 1, 5])).toBe(first)
})

test('keeps a copy of a list that may change', () => {
  const own = [2, 7, 1, 8]
  const kept = internedCopy(own)
  own[0] = 9
  expect(kept).toEqual([2, 7, 1, 8])
  expect(interned([2, 7, 1, 8])).toEqual([2, 7, 1, 8])
})

test('a shape that is changed after its use changes no array', async () => {
  const { ones, reshape } = await import('pullback')
  const shape = [2, 3]
  const x = reshape(ones([6]), shape)
  shape[0] = 5
  expect(x.shape).toEqual([2, 3])
  expect(reshape(ones([6]), [2, 3]).shape).toEqual([2, 3])
})
