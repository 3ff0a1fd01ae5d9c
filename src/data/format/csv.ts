/**
 * CSV (RFC 4180): records of text, and columns of numbers or classes made from them.
 *
 * Laws: 1. Any bytes give an `Either`. 2. `readCsv()(writeCsv(table))` has the same columns and rows.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { type Either, isLeft } from '#fp/Either'
import { decoding, type FormatError, quote, type Reject, rejecting } from './formatError.js'
import type { StoredArray } from './storedArray.js'
import { readText } from './text.js'

const reject: Reject = rejecting('CSV')

/** Records of text, all of one length. `lines` says on which line of the file each starts, counted from 1. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly lines: readonly number[]
}

/** What a CSV file looks like. */
export interface CsvOptions {
  /** One character; a comma unless said otherwise. */
  readonly delimiter?: string
  /** Does the first record name the columns? Yes unless said otherwise; without it they are called 1, 2, ... */
  readonly header?: boolean
}

interface Line {
  readonly line: number
  readonly fields: readonly string[]
}

const recordsOf = (text: string, delimiter: string): readonly Line[] => {
  const records: Line[] = []
  let fields: string[] = []
  let line = 1
  let start = 1
  let at = 0
  const endsLine = (): boolean => text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n')
  const place = (): string => `line ${line}, column ${fields.length + 1}`
  const quoted = (): string => {
    const opened = place()
    let field = ''
    for (at += 1; ; at += 2) {
      const close = text.indexOf('"', at)
      if (close < 0)
        return reject(opened, 'a closing quote', 'the end of the file', 'Close the quote, or double it inside a field.')
      const piece = text.slice(at, close)
      for (const character of piece) if (character === '\n') line += 1
      field += piece
      at = close
      if (text[close + 1] !== '"') break
      field += '"'
    }
    at += 1
    if (at < text.length && text[at] !== delimiter && !endsLine())
      return reject(
        place(),
        'a delimiter or the end of the line after a closing quote',
        quote(text[at]),
        'Double quotes inside a field.',
      )
    return field
  }
  const bare = (): string => {
    const from = at
    while (at < text.length && text[at] !== delimiter && !endsLine()) {
      if (text[at] === '"')
        return reject(
          place(),
          'quotes around the whole field',
          'a quote inside it',
          'Quote the field, and double its quotes.',
        )
      if (text[at] === '\r')
        return reject(place(), 'lines that end in LF or CRLF', 'a lone CR', 'Save the file with LF lines.')
      at += 1
    }
    return text.slice(from, at)
  }
  while (at < text.length) {
    fields.push(text[at] === '"' ? quoted() : bare())
    if (text[at] === delimiter) {
      at += 1
      // A delimiter at the very end still starts a field.
      if (at < text.length) continue
      fields.push('')
    } else if (at < text.length) at += text[at] === '\r' ? 2 : 1
    else {
      records.push({ line: start, fields })
      return records
    }
    records.push({ line: start, fields })
    fields = []
    line += 1
    start = line
  }
  return records
}

/**
 * Reads CSV in UTF-8: fields may be quoted (quotes inside are doubled), lines end in LF or CRLF. Every record has as many
 * fields as the first.
 *
 * @example
 * import { readCsv } from 'pullback'
 *
 * const table = readCsv()(new TextEncoder().encode('width,kind\n1.5,setosa\n2,"other, rare"\n'))
 * table._tag === 'Right' && table.right.rows // => [['1.5', 'setosa'], ['2', 'other, rare']]
 */
export const readCsv =
  ({ delimiter = ',', header = true }: CsvOptions = {}) =>
  (bytes: Uint8Array): Either<FormatError, Table> => {
    const text = readText(bytes)
    if (isLeft(text)) return text
    return decoding(() => {
      const records = recordsOf(text.right, delimiter)
      if (records.length === 0) return reject('line 1', 'a record', 'an empty file', 'Give a file with rows.')
      const width = records[0].fields.length
      const ragged = records.find(({ fields }) => fields.length !== width)
      if (ragged !== undefined)
        return reject(
          `line ${ragged.line}`,
          `${width} fields, as in the first record`,
          `${ragged.fields.length}`,
          'Complete the record, or check the delimiter.',
        )
      const columns = header ? records[0].fields : records[0].fields.map((_, i) => `${i + 1}`)
      const twice = columns.find((column, i) => columns.indexOf(column) !== i)
      if (twice !== undefined)
        return reject(
          'line 1',
          'columns of different names',
          `${quote(twice)} twice`,
          'Rename one, or read without a header.',
        )
      const body = header ? records.slice(1) : records
      return { columns, rows: body.map(({ fields }) => fields), lines: body.map(({ line }) => line) }
    })
  }

const columnIndex = (table: Table, name: string): number => {
  const index = table.columns.indexOf(name)
  return index >= 0
    ? index
    : reject('header', `one of ${table.columns.map(quote).join(', ')}`, quote(name), 'Name a column that is there.')
}

/**
 * Texts that stand for a missing value, after trimming.
 *
 * @example
 * import { missingTokens } from 'pullback'
 *
 * missingTokens.includes('NA') // => true
 */
export const missingTokens: readonly string[] = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', '?']

const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/**
 * Columns of numbers, float64 [rows, columns.length], in the order in which they are named. A field that is no decimal
 * number is an error; so is a missing one, unless `missing` says which number takes its place. (To leave such rows out
 * use `dropMissing` first; for means take NaN here, and fill in the training split's mean.)
 *
 * @example
 * import { numericColumns, readCsv } from 'pullback'
 *
 * const table = readCsv()(new TextEncoder().encode('a,b,c\n1,2,x\n3,,y\n'))
 * const values = table._tag === 'Right' ? numericColumns(['b', 'a'], { missing: 0 })(table.right) : table
 * values._tag === 'Right' && values.right.data // => Float64Array [2, 1, 0, 3]
 */
export const numericColumns =
  (columns: readonly string[], options: { readonly missing?: number; readonly tokens?: readonly string[] } = {}) =>
  (table: Table): Either<FormatError, StoredArray<'float64'>> =>
    decoding(() => {
      const { missing, tokens = missingTokens } = options
      const indices = columns.map((name) => columnIndex(table, name))
      const data = new Float64Array(table.rows.length * indices.length)
      table.rows.forEach((row, i) => {
        indices.forEach((index, j) => {
          const text = row[index].trim()
          const where = `line ${table.lines[i]}, column ${quote(columns[j])}`
          if (number.test(text)) data[i * indices.length + j] = Number(text)
          else if (!tokens.includes(text))
            reject(where, 'a decimal number', quote(text), 'Correct it, or name other columns.')
          else if (missing !== undefined) data[i * indices.length + j] = missing
          else
            reject(where, 'a number', 'a missing value', 'Say what takes its place (missing: NaN), or use dropMissing.')
        })
      })
      return { shape: [table.rows.length, indices.length], dtype: 'float64', data }
    })

/**
 * The table without the rows that miss a value in one of the columns. A column that is not there is an error.
 *
 * @example
 * import { dropMissing } from 'pullback'
 *
 * const table = dropMissing(['b'])({ columns: ['a', 'b'], rows: [['1', '2'], ['3', 'NA']], lines: [2, 3] })
 * table._tag === 'Right' && table.right.rows // => [['1', '2']]
 */
export const dropMissing =
  (columns: readonly string[], tokens: readonly string[] = missingTokens) =>
  (table: Table): Either<FormatError, Table> =>
    decoding(() => {
      const indices = columns.map((name) => columnIndex(table, name))
      const kept = (row: readonly string[]): boolean => indices.every((index) => !tokens.includes(row[index].trim()))
      return {
        columns: table.columns,
        rows: table.rows.filter(kept),
        lines: table.lines.filter((_, i) => kept(table.rows[i])),
      }
    })

/** Labels, int32 [rows], and the class that each number stands for. */
export interface Labels {
  readonly labels: StoredArray<'int32'>
  readonly classes: readonly string[]
}

/**
 * A column of class names as labels. Classes are numbered in the order given, or sorted by code unit; given ones are all
 * that there may be, so that two files agree.
 *
 * @example
 * import { labelColumn } from 'pullback'
 *
 * const table = { columns: ['kind'], rows: [['dog'], ['cat'], ['dog']], lines: [2, 3, 4] }
 * const labels = labelColumn('kind')(table)
 * labels._tag === 'Right' && labels.right.classes // => ['cat', 'dog']
 */
export const labelColumn =
  (column: string, classes?: readonly string[]) =>
  (table: Table): Either<FormatError, Labels> =>
    decoding(() => {
      const index = columnIndex(table, column)
      const texts = table.rows.map((row) => row[index].trim())
      const names = classes ?? [...new Set(texts)].sort()
      const numbers = new Map(names.map((name, i) => [name, i]))
      const data = Int32Array.from(texts, (text, i) => {
        const where = `line ${table.lines[i]}, column ${quote(column)}`
        return (
          numbers.get(text) ??
          reject(where, `one of ${names.map(quote).join(', ')}`, quote(text), 'Name this class too.')
        )
      })
      return { labels: { shape: [data.length], dtype: 'int32', data }, classes: names }
    })

const field = (text: string): string =>
  /["\r\n,\uFEFF]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text

/**
 * The bytes of a CSV file: a header and the rows, with LF lines; fields are quoted where they must be.
 *
 * @example
 * import { writeCsv } from 'pullback'
 *
 * const bytes = writeCsv({ columns: ['a', 'b'], rows: [['1', 'x']] })
 * new TextDecoder().decode(bytes) // => 'a,b\n1,x\n'
 */
export const writeCsv = ({ columns, rows }: Pick<Table, 'columns' | 'rows'>): Uint8Array =>
  new TextEncoder().encode([columns, ...rows].map((row) => `${row.map(field).join(',')}\n`).join(''))
