/** Text for models of characters: a vocabulary numbers the characters of a text. */
import type { Either } from '#fp/Either'
import { utf8Text } from './bytes.js'
import { decoding, type FormatError, quote, type Reject, rejecting } from './formatError.js'
import type { StoredArray } from './storedArray.js'

const reject: Reject = rejecting('text')

/**
 * Decodes UTF-8; a byte order mark at the start is dropped. Bytes that are no UTF-8 are an error, never replaced.
 *
 * @example
 * import { readText } from 'pullback'
 *
 * const text = readText(Uint8Array.of(0xff))
 * text._tag === 'Left' && text.left.where // => 'line 1'
 */
export const readText = (bytes: Uint8Array): Either<FormatError, string> =>
  decoding(() => {
    const text = utf8Text(bytes)
    if (text !== undefined) return text.startsWith('\uFEFF') ? text.slice(1) : text
    // A decoder that replaces shows where the first bad byte is.
    const line = new TextDecoder().decode(bytes).split('\uFFFD', 1)[0].split('\n').length
    return reject(`line ${line}`, 'UTF-8 text', 'other bytes', 'Save the text as UTF-8.')
  })

/** The characters of a text, each once, in the order of their code points: a character's place is its number. */
export interface Vocabulary {
  readonly characters: readonly string[]
}

const codePoint = (character: string): number => character.codePointAt(0) as number

/**
 * The vocabulary of a text. Characters are Unicode code points: an emoji outside the basic plane is one.
 *
 * @example
 * import { vocabularyOf } from 'pullback'
 *
 * vocabularyOf('hello').characters // => ['e', 'h', 'l', 'o']
 */
export const vocabularyOf = (text: string): Vocabulary => ({
  characters: [...new Set(text)].sort((a, b) => codePoint(a) - codePoint(b)),
})

/**
 * The numbers of a text's characters, int32 [length]. A character that the vocabulary lacks is an error.
 *
 * @example
 * import { encodeText, vocabularyOf } from 'pullback'
 *
 * const codes = encodeText(vocabularyOf('hello'))('hole')
 * codes._tag === 'Right' && codes.right.data // => Int32Array [1, 3, 2, 0]
 */
export const encodeText = (vocabulary: Vocabulary): ((text: string) => Either<FormatError, StoredArray<'int32'>>) => {
  const numbers = new Map(vocabulary.characters.map((character, i) => [character, i]))
  return (text) =>
    decoding(() => {
      const data = Int32Array.from(text, (character, place) => {
        const number = numbers.get(character)
        const expected = `one of the vocabulary's ${numbers.size} characters`
        if (number === undefined)
          return reject(`character ${place}`, expected, quote(character), 'Build the vocabulary from all of the text.')
        return number
      })
      return { shape: [data.length], dtype: 'int32', data }
    })
}

/**
 * The text of character numbers, as `encodeText` gives them or a model samples them.
 *
 * @example
 * import { decodeText, vocabularyOf } from 'pullback'
 *
 * const text = decodeText(vocabularyOf('hello'))([1, 3, 2, 0])
 * text._tag === 'Right' && text.right // => 'hole'
 */
export const decodeText =
  (vocabulary: Vocabulary) =>
  (codes: ArrayLike<number>): Either<FormatError, string> =>
    decoding(() =>
      Array.from(codes, (code, place) => {
        const character = vocabulary.characters[code]
        const expected = `a number from 0 to ${vocabulary.characters.length - 1}`
        return character ?? reject(`code ${place}`, expected, `${code}`, 'Use the vocabulary that encoded the text.')
      }).join(''),
    )
