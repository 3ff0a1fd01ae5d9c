import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, encodeText, readText, vocabularyOf } from '../../../src/data/format/text.js'
import { leftOf, rightOf, utf8 } from './support.js'

describe('readText', () => {
  it('decodes UTF-8 and drops a byte order mark', () => {
    expect(rightOf(readText(utf8('\uFEFFgrüße \uFEFF')))).toBe('grüße \uFEFF')
    expect(rightOf(readText(new Uint8Array(0)))).toBe('')
  })

  it('names the line of the first bytes that are none', () => {
    const error = leftOf(readText(Uint8Array.of(...utf8('ä\nb\n'), 0xc3, 0x28, ...utf8('\n\n'))))
    expect(error.message).toBe('text, line 3: expected UTF-8 text, got other bytes. Save the text as UTF-8.')
  })
})

describe('vocabulary', () => {
  it('holds each code point once, in order', () => {
    expect(vocabularyOf('hello').characters).toEqual(['e', 'h', 'l', 'o'])
    // In code units U+FF21 would come after the emoji.
    expect(vocabularyOf('😀Aa😀Ａ').characters).toEqual(['A', 'a', 'Ａ', '😀'])
    expect(vocabularyOf('').characters).toEqual([])
  })

  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const vocabulary = vocabularyOf(text)
        const codes = rightOf(encodeText(vocabulary)(text))
        expect(codes.shape).toEqual([[...text].length])
        expect(rightOf(decodeText(vocabulary)(codes.data))).toBe(text)
      }),
    )
  })

  it('rejects characters and numbers that it lacks', () => {
    const vocabulary = vocabularyOf('abc')
    expect(leftOf(encodeText(vocabulary)('abx')).message).toBe(
      `text, character 2: expected one of the vocabulary's 3 characters, got "x". Build the vocabulary from all of the text.`,
    )
    for (const code of [3, -1, 0.5, Number.NaN])
      expect(leftOf(decodeText(vocabulary)([0, code])).message).toContain(
        `text, code 1: expected a number from 0 to 2, got ${code}`,
      )
  })
})
