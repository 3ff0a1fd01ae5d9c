import { inflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { storeOnly } from '../../../src/data/format/deflate.js'

it.each([0, 1, 65534, 65535, 65536, 131070, 200000])('storeOnly gives a DEFLATE stream of %i bytes', (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => i * 7)
  const stream = storeOnly(bytes)
  expect(new Uint8Array(inflateRawSync(stream))).toEqual(bytes)
  expect(stream.length).toBe(length + 5 * Math.max(1, Math.ceil(length / 65535)))
})
