/** Arbitrary arrays and files, and what every codec has to stand. */
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Either, left, right } from '#fp/Either'
import type { Inflate } from '../../../src/data/format/deflate.js'
import type { FormatError } from '../../../src/data/format/formatError.js'
import {
  bytesOf,
  elementsOf,
  itemSize,
  type StoredArray,
  type StoredType,
  storedTypes,
} from '../../../src/data/format/storedArray.js'

/** Arrays of any bits: NaN with payloads, denormals, negative zeros; also empty ones and scalars. */
export const arbitraryArray = <D extends StoredType>(...dtypes: readonly D[]): fc.Arbitrary<StoredArray<D>> =>
  fc
    .record({
      dtype: fc.constantFrom(...(dtypes.length > 0 ? dtypes : (storedTypes as readonly D[]))),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    })
    .chain(({ dtype, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1) * itemSize(dtype)
      const byte = fc.integer({ min: 0, max: dtype === 'bool' ? 1 : 255 })
      return fc
        .array(byte, { minLength: length, maxLength: length })
        .map((bytes) => ({ dtype, shape, data: elementsOf(dtype, Uint8Array.from(bytes), 'little') }))
    })

/** `toEqual` takes one NaN for another; this compares bits. */
export const bits = (array: StoredArray): unknown => ({
  dtype: array.dtype,
  shape: array.shape,
  bytes: [...bytesOf(array, 'little')],
})

export const rightOf = <A>(result: Either<FormatError, A>): A => {
  if (result._tag === 'Left') throw new Error(result.left.message)
  return result.right
}

export const leftOf = (result: Either<FormatError, unknown>): FormatError => {
  if (result._tag === 'Right') throw new Error('expected a format error')
  return result.left
}

/** Message parts that a reader needs: the format, the place, one line. */
const isClear = ({ format, where, expected, got, fix, message }: FormatError): void => {
  for (const part of [format, where, expected, got, fix]) expect(part).not.toBe('')
  expect(message).not.toMatch(/\n|undefined|\[object/)
}

type Read = (bytes: Uint8Array) => Either<FormatError, unknown>

/** Cut at every byte, a file is an error. */
export const rejectsTruncation = (read: Read, file: Uint8Array): void => {
  expect(read(file)._tag).toBe('Right')
  for (let length = 0; length < file.length; length++) isClear(leftOf(read(file.slice(0, length))))
}

/** With bytes changed, inserted and removed a file gives an error or another value, and nothing throws. */
export const survivesCorruption = (read: Read, file: Uint8Array): void => {
  const edit = fc.record({
    at: fc.nat({ max: file.length - 1 }),
    remove: fc.integer({ min: 0, max: 3 }),
    insert: fc.array(fc.constantFrom(0, 1, 2, 0x22, 0x2c, 0x7b, 0x7d, 0x80, 0xff), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const bytes = [...file]
      for (const { at, remove, insert } of edits) bytes.splice(at, remove, ...insert)
      const result = read(Uint8Array.from(bytes))
      if (result._tag === 'Left') isClear(result.left)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      read(bytes)
    }),
  )
}

/** Node's, as `pullback/node` hands it in. */
export const inflate: Inflate = (packed, length) => {
  try {
    return right(new Uint8Array(inflateRawSync(packed, { maxOutputLength: Math.max(1, length) })))
  } catch (error) {
    return left((error as Error).message)
  }
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A file of test/fixtures. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)))
