import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMeasures, writtenMeasures } from '../../../src/node/run/measures.js'
import { notesOf, positionOf } from '../../../src/node/run/position.js'

const all = fc.dictionary(
  fc.string(),
  fc.double().map((x) => x + 0),
)
const measures = { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY, d: 1.5 }

describe('measures in JSON', () => {
  it('come back as they were, those that are not finite too', () => {
    fc.assert(
      fc.property(all, (some) => {
        const read = readMeasures(JSON.parse(JSON.stringify(writtenMeasures(some))))
        expect(Object.entries(read ?? {})).toEqual(Object.entries(some))
      }),
    )
    expect(JSON.stringify(writtenMeasures(measures))).toBe('{"a":"NaN","b":"Infinity","c":"-Infinity","d":1.5}')
  })
  it('are numbers and the three texts, and nothing else', () => {
    for (const value of [null, 5, 'NaN', [], { a: null }, { a: '' }, { a: '1' }, { a: 'toString' }, { a: [1] }])
      expect(readMeasures(value)).toBe(undefined)
  })
  it('in the position that a checkpoint tells', () => {
    const position = { lines: 3, sums: { examples: 16, measures }, seconds: 1 }
    for (const configuration of [{ epochs: 2 }, { rate: Number.POSITIVE_INFINITY }]) {
      const read = positionOf(configuration, notesOf(configuration, position))
      expect(read).toEqual({ _tag: 'Right', right: position })
    }
    const notes = notesOf({}, position)
    const damaged = positionOf({}, { ...notes, position: notes.position.replace('"NaN"', 'null') })
    expect(damaged._tag === 'Left' && damaged.left.message).toContain('expected how far the run has come')
    expect(positionOf({ rate: Number.NaN }, notesOf({ rate: Number.POSITIVE_INFINITY }, position))._tag).toBe('Left')
  })
})
