import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { right } from '#fp/Either'
import { readZip, writeZip } from '../../../src/data/format/zip.js'
import { inflate, leftOf, rightOf, utf8 } from './support.js'

const files = new Map([
  ['b.txt', utf8('second')],
  ['a.txt', utf8('first first first first')],
])
const read = readZip(inflate)
const archive = writeZip(files)
const find = (bytes: Uint8Array, signature: readonly number[]): number =>
  bytes.findIndex((_, i) => signature.every((byte, j) => bytes[i + j] === byte))
const local = 0
const central = find(archive, [0x50, 0x4b, 1, 2])
const end = find(archive, [0x50, 0x4b, 5, 6])
const changed = (at: number, ...bytes: readonly number[]): Uint8Array => {
  const copy = archive.slice()
  copy.set(bytes, at)
  return copy
}

describe('zip', () => {
  it('sorts files, so that the order in which they are given does not matter', () => {
    expect(writeZip(new Map([...files].reverse()))).toEqual(archive)
    expect([...rightOf(read(archive)).keys()]).toEqual(['a.txt', 'b.txt'])
  })

  it('packs with the function that it is given', () => {
    const packed = writeZip(files, (bytes) => deflateRawSync(bytes))
    expect(rightOf(read(packed))).toEqual(rightOf(read(archive)))
    expect(packed).not.toEqual(archive)
  })

  it('reads an empty archive and one with a comment', () => {
    expect(rightOf(read(writeZip(new Map()))).size).toBe(0)
    const comment = new Uint8Array(archive.length + 3)
    comment.set(archive)
    comment[archive.length - 2] = 3
    expect(rightOf(read(comment)).size).toBe(2)
  })

  it.each([
    ['no archive', utf8('hello, this is no archive at all'), 'byte 32', 'the end record'],
    ['several parts', changed(end + 4, 1), `byte ${end}`, 'an archive of one part'],
    ['directory elsewhere', changed(end + 16, 1), `byte ${end}`, 'a directory that ends here'],
    ['too many entries', changed(end + 8, 3, 0, 3), `byte ${end}`, 'an entry of the directory'],
    ['too few entries', changed(end + 8, 1, 0, 1), /^byte \d+$/, 'the end of the directory'],
    ['signature of an entry', changed(central, 0), `byte ${central}`, 'an entry of the directory'],
    ['length of a name', changed(central + 28, 255, 255), `byte ${central}`, 'an entry within the directory'],
    ['name', changed(central + 46, 255), `byte ${central + 46}`, 'a name in UTF-8'],
    ['the same name twice', changed(central + 46, 98), /^byte \d+$/, 'each name once'],
    ['encryption', changed(central + 8, 1), '"a.txt"', 'without encryption'],
    ['zip64', changed(central + 20, 255, 255, 255, 255), '"a.txt"', 'below 4 GiB'],
    ['method', changed(central + 10, 12), '"a.txt"', 'a stored or deflated entry'],
    ['broken stream', changed(central + 10, 8), '"a.txt"', 'a DEFLATE stream'],
    ['header of an entry', changed(local, 0), '"a.txt", byte 0', 'the header of the entry'],
    ['packed length', changed(central + 20, 255), /^"a.txt", byte 35$/, '255 bytes'],
    ['length', changed(central + 24, 22), '"a.txt"', '22 bytes'],
    ['checksum', changed(35, 0x46), '"a.txt"', 'the checksum 0x'],
  ])('%s', (_, bytes, where, expected) => {
    const error = leftOf(read(bytes))
    expect(error.format).toBe('zip')
    expect(error.where).toMatch(where)
    expect(error.expected).toContain(expected)
  })

  it('says so when unpacking gives another length', () => {
    const lying = readZip(() => right(new Uint8Array(1)))
    expect(leftOf(lying(writeZip(files, (bytes) => deflateRawSync(bytes)))).expected).toBe('23 bytes')
  })
})
