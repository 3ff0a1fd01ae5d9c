import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dropMissing,
  labelColumn,
  numericColumns,
  readCsv,
  type Table,
  writeCsv,
} from '../../../src/data/format/csv.js'
import { storedArray } from '../../../src/data/format/storedArray.js'
import { leftOf, rightOf, survivesCorruption, utf8 } from './support.js'

const table = (text: string, options = {}): Table => rightOf(readCsv(options)(utf8(text)))
const rows = (text: string): readonly (readonly string[])[] => table(text, { header: false }).rows

describe('readCsv', () => {
  it('reads headers, LF and CRLF, with and without an end to the last line', () => {
    const want: Table = { columns: ['a', 'b'], rows: [['1', '2'], ['3', '4']], lines: [2, 3] } // biome-ignore format: a table
    expect(table('a,b\n1,2\n3,4\n')).toEqual(want)
    expect(table('a,b\r\n1,2\r\n3,4')).toEqual(want)
    expect(table('\uFEFFa,b\n1,2\n3,4')).toEqual(want)
    expect(table('a;b\n1;2\n3;4', { delimiter: ';' })).toEqual(want)
    expect(table('1,2\n3,4', { header: false })).toEqual({ ...want, columns: ['1', '2'], lines: [1, 2] })
  })

  it('reads quoted fields', () => {
    expect(rows('"a,b","c ""d""","e\nf",""\n')).toEqual([['a,b', 'c "d"', 'e\nf', '']])
    expect(rows('"a\r\nb",c')).toEqual([['a\r\nb', 'c']])
  })

  it('reads empty fields, also at the ends', () => {
    expect(rows(',\n,')).toEqual([
      ['', ''],
      ['', ''],
    ])
    expect(rows('a\n\nb\n')).toEqual([['a'], [''], ['b']])
  })

  it('counts lines inside quoted fields', () => {
    expect(table('a,b\n"x\ny\nz",1\n2,3\n').lines).toEqual([2, 5])
  })

  it.each([
    ['no records', '', 'line 1', 'a record'],
    ['a ragged record', 'a,b\n1,2\n"\n",3,4\n', 'line 3', '2 fields, as in the first record'],
    ['a blank line', 'a,b\n1,2\n\n3,4\n', 'line 3', '2 fields'],
    ['an open quote', 'a,b\n1,"2\n3,4\n', 'line 2, column 2', 'a closing quote'],
    ['text after a quote', 'a\n"b"c\n', 'line 2, column 1', 'a delimiter or the end of the line'],
    ['a quote inside a field', 'a\nb"c"\n', 'line 2, column 1', 'quotes around the whole field'],
    ['a lone carriage return', 'a,b\r1,2\r', 'line 1, column 2', 'lines that end in LF or CRLF'],
    ['a column twice', 'a,a\n1,2\n', 'line 1', 'columns of different names'],
  ])('rejects %s', (_, text, where, expected) => {
    const error = leftOf(readCsv()(utf8(text)))
    expect(error.where).toBe(where)
    expect(error.expected).toContain(expected)
  })

  it('rejects what is no UTF-8', () => {
    expect(leftOf(readCsv()(Uint8Array.of(0x61, 0x0a, 0xff))).where).toBe('line 2')
  })

  it('reads what it wrote', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'x', '\uFEFF') }))
    const written = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.record({
        columns: fc.uniqueArray(text, { minLength: width, maxLength: width }),
        rows: fc.array(fc.array(text, { minLength: width, maxLength: width }), { maxLength: 5 }),
      }),
    )
    fc.assert(
      fc.property(written, ({ columns, rows }) => {
        expect(rightOf(readCsv()(writeCsv({ columns, rows })))).toMatchObject({ columns, rows })
      }),
    )
  })

  it('survives corruption', () => survivesCorruption(readCsv(), utf8('a,b\r\n"1 ""x""",2\n3,"4\n5"\n')))
})

describe('numericColumns', () => {
  const iris = table('width,kind,length\n1.5,setosa,-2e3\n+.5,"rare, other", 7. \n')

  it('takes columns in the order in which they are named', () => {
    expect(rightOf(numericColumns(['length', 'width'])(iris))).toEqual(
      storedArray('float64', [2, 2], Float64Array.of(-2000, 1.5, 7, 0.5)),
    )
  })

  it('says where a field is no number', () => {
    expect(leftOf(numericColumns(['kind'])(iris)).message).toBe(
      'CSV, line 2, column "kind": expected a decimal number, got "setosa". Correct it, or name other columns.',
    )
    expect(leftOf(numericColumns(['heigth'])(iris)).message).toContain(
      'expected one of "width", "kind", "length", got "heigth"',
    )
    for (const text of ['0x10', 'Infinity', '1,5', '1 2', '--1', '1e', '.', 'e5', '1_000'])
      expect(numericColumns(['a'])(table(`a\n"${text}"\n`))._tag).toBe('Left')
  })

  it('reads every number that JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(rightOf(numericColumns(['a'])(table(`a\n${Object.is(x, -0) ? '-0' : x}\n`))).data[0]).toBe(x)
      }),
    )
  })

  it('treats missing values as it is told', () => {
    const gaps = table('a,b\n1,2\n,4\nNA,6\n7,?\n')
    expect(leftOf(numericColumns(['a'])(gaps)).message).toContain(
      'line 3, column "a": expected a number, got a missing value',
    )
    expect(rightOf(numericColumns(['a'], { missing: Number.NaN })(gaps)).data).toEqual(
      Float64Array.of(1, Number.NaN, Number.NaN, 7),
    )
    expect(numericColumns(['a'], { missing: 0, tokens: ['-'] })(gaps)._tag).toBe('Left')
    const kept = rightOf(dropMissing(['a'])(gaps))
    expect(kept).toEqual({ columns: ['a', 'b'], rows: [['1', '2'], ['7', '?']], lines: [2, 5] }) // biome-ignore format: a table
    expect(rightOf(dropMissing(['a', 'b'])(gaps)).rows).toEqual([['1', '2']])
    expect(leftOf(dropMissing(['c'])(gaps)).expected).toContain('one of "a", "b"')
  })
})

describe('labelColumn', () => {
  const kinds = table('kind\nsetosa\nvirginica\nsetosa\nother\n')

  it('numbers classes in code unit order', () => {
    expect(rightOf(labelColumn('kind')(kinds))).toEqual({
      labels: storedArray('int32', [4], Int32Array.of(1, 2, 1, 0)),
      classes: ['other', 'setosa', 'virginica'],
    })
  })

  it('keeps to the classes that it is given', () => {
    const classes = ['virginica', 'setosa', 'other', 'unseen']
    expect(rightOf(labelColumn('kind', classes)(kinds)).labels.data).toEqual(Int32Array.of(1, 0, 1, 2))
    expect(leftOf(labelColumn('kind', ['setosa', 'virginica'])(kinds)).message).toContain(
      'line 5, column "kind": expected one of "setosa", "virginica", got "other"',
    )
  })
})
