/**
 * JSON lines: one JSON object a line, appended while a run goes on (`metrics.jsonl`).
 *
 * Only lines that end count: a process that is killed while it appends leaves at most one unfinished line, which readers
 * ignore and `truncateJsonLines` removes.
 */
import { appendFile } from 'node:fs/promises'
import { type Either, left, right } from '#fp/Either'
import { pipe } from '#fp/function'
import { chain, chainEitherK, right as of, orElse, left as stop, type TaskEither, tryCatch } from '#fp/TaskEither'
import { isJsonObject, parseJson } from '../../data/format/json.js'
import { type FileError, fileError, systemError } from './fileError.js'
import { readFile } from './readFile.js'
import { writeTextAtomic } from './writeFileAtomic.js'

/** One line: an object that JSON can hold. Numbers that are not finite become null, as JSON has it. */
export type JsonRecord = Readonly<Record<string, unknown>>

/**
 * Appends whole lines, all in one write; makes the file where there is none.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { appendJsonLines, readJsonLines } from 'pullback/node'
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'pullback-')), 'metrics.jsonl')
 * await appendJsonLines(path)([{ step: 1, loss: 0.5 }])()
 * const lines = await readJsonLines(path)()
 * lines._tag === 'Right' && lines.right // => [{ step: 1, loss: 0.5 }]
 */
export const appendJsonLines =
  (path: string) =>
  (records: readonly JsonRecord[]): TaskEither<FileError, void> =>
    tryCatch(
      () => appendFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join('')),
      systemError(path, 'a file that can be written'),
    )

const wholeLines = (bytes: Uint8Array): readonly string[] => new TextDecoder().decode(bytes).split('\n').slice(0, -1)

const parse = (path: string, lines: readonly string[]): Either<FileError, readonly JsonRecord[]> => {
  const records: JsonRecord[] = []
  for (const line of lines) {
    const read = parseJson(line)
    if (read === undefined || !isJsonObject(read.value)) {
      const where = `line ${records.length + 1} to be ${read === undefined ? 'JSON' : 'a JSON object'}`
      return left(fileError(path, where, JSON.stringify(line.slice(0, 60)), 'The file is damaged: remove that line.'))
    }
    records.push(read.value)
  }
  return right(records)
}

/**
 * The objects of the lines that end: what a process wrote last before it was killed may be half a line. A line that is
 * no object is an error.
 *
 * @example
 * import { readJsonLines } from 'pullback/node'
 *
 * const lines = await readJsonLines('no-such-file')()
 * lines._tag // => 'Left'
 */
export const readJsonLines = (path: string): TaskEither<FileError, readonly JsonRecord[]> =>
  pipe(
    readFile(path),
    chainEitherK((bytes) => parse(path, wholeLines(bytes))),
  )

/**
 * Keeps the first `count` lines, atomically: what a run does that continues from a checkpoint, so that the lines after it
 * are not there twice. Fewer lines are an error; a missing file holds none.
 *
 * @example
 * import { mkdtemp } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { appendJsonLines, readJsonLines, truncateJsonLines } from 'pullback/node'
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'pullback-')), 'metrics.jsonl')
 * await appendJsonLines(path)([{ step: 1 }, { step: 2 }, { step: 3 }])()
 * await truncateJsonLines(path)(1)()
 * const lines = await readJsonLines(path)()
 * lines._tag === 'Right' && lines.right // => [{ step: 1 }]
 */
export const truncateJsonLines =
  (path: string) =>
  (count: number): TaskEither<FileError, void> =>
    pipe(
      readFile(path),
      orElse((error) => (count === 0 ? of(new Uint8Array(0)) : stop(error))),
      chain((bytes) => {
        const lines = wholeLines(bytes)
        const kept = lines.slice(0, count).map((line) => `${line}\n`)
        return lines.length < count
          ? stop(fileError(path, `${count} whole lines`, `${lines.length}`, 'The file was cut: begin the run anew.'))
          : writeTextAtomic(path)(kept.join(''))
      }),
    )
