/** Reading case files. A file that cannot be read, or is no case file, is one clear line. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface GoldenArray {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
export type GoldenArrays = Readonly<Record<string, GoldenArray>>

export interface GoldenCase {
  readonly name: string
  readonly kind: string
  readonly options: Readonly<Record<string, unknown>>
  readonly [part: string]: unknown
}

export interface CaseFile {
  readonly file: string
  readonly cases: readonly GoldenCase[]
}

export const isArray = (value: unknown): value is GoldenArray =>
  typeof value === 'object' &&
  value !== null &&
  Array.isArray((value as GoldenArray).shape) &&
  Array.isArray((value as GoldenArray).data)

/** Every case file of a folder, in the order of the names. */
export const readCases = (folder: string): readonly CaseFile[] => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
  if (files.length === 0) throw new Error(`${folder}: expected case files (*.json), found none`)
  return files.map((file) => {
    const content = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly cases?: readonly GoldenCase[] }
    if (!Array.isArray(content.cases)) throw new Error(`${join(folder, file)}: expected { "cases": [...] }`)
    return { file, cases: content.cases }
  })
}
