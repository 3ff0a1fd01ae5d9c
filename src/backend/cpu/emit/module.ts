/**
 * Puts functions together to a module. Every module imports one memory and one table of functions, and writes its entry
 * functions into the table at the places it is told: kernels made at different times call one another through it.
 */
import {
  type Code,
  type FunctionDefinition,
  type FunctionType,
  type Part,
  signed,
  unsigned,
  valueTypes,
} from './code.js'

export interface Entry {
  /** Where in the table the function goes. */
  readonly place: number
  readonly definition: FunctionDefinition
}

export interface ModuleOptions {
  /** Must be what the memory is: the types of shared and unshared memories differ. */
  readonly shared: boolean
  readonly maximumPages: number
}

/** The names under which a module imports what it needs. */
export const importNames = { module: 'p', memory: 'm', table: 't', function: 'f' } as const

const ascii = (text: string): number[] => [...unsigned(text.length), ...Array.from(text, (c) => c.charCodeAt(0))]
const list = (items: readonly (readonly number[])[]): number[] => {
  const bytes = [...unsigned(items.length)]
  for (const item of items) for (let i = 0; i < item.length; i++) bytes.push(item[i])
  return bytes
}
/** A section that consists of parts of any length. */
const section = (id: number, parts: readonly (readonly number[])[]): (readonly number[])[] => {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [[id, ...unsigned(length)], ...parts]
}

/** The parts of a module, after what every module begins with. */
const joined = (sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> => {
  const parts = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const typeKey = ({ params, results }: FunctionType): string => `${params.join()}>${results.join()}`
const typeBytes = ({ params, results }: FunctionType): number[] => [
  0x60,
  ...list(params.map((type) => [valueTypes[type]])),
  ...list(results.map((type) => [valueTypes[type]])),
]

const isCode = (part: Part): part is Code => Array.isArray(part)

interface Numbering {
  readonly functions: Map<FunctionDefinition, number>
  readonly types: Map<string, { readonly index: number; readonly type: FunctionType }>
}

const numberOfType = ({ types }: Numbering, type: FunctionType): number => {
  const key = typeKey(type)
  const known = types.get(key)
  if (known !== undefined) return known.index
  types.set(key, { index: types.size, type })
  return types.size - 1
}

/** Appends the bytes of `code`; functions that it calls get numbers as they are met. */
const flatten = (code: Code, numbering: Numbering, bytes: number[]): void => {
  for (let i = 0; i < code.length; i++) {
    const part = code[i]
    if (typeof part === 'number') bytes.push(part)
    else if (isCode(part)) flatten(part, numbering, bytes)
    else if ('callee' in part) {
      const { functions } = numbering
      if (!functions.has(part.callee)) functions.set(part.callee, functions.size)
      bytes.push(0x10, ...unsigned(functions.get(part.callee)!))
    } else bytes.push(0x11, ...unsigned(numberOfType(numbering, part.type)), 0)
  }
}

/** Runs of equal types: what a function's locals are written as. */
const localRuns = ({ locals }: FunctionDefinition): number[][] => {
  const runs: { readonly type: number; count: number }[] = []
  for (const name of locals) {
    const type = valueTypes[name]
    const last = runs[runs.length - 1]
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  return runs.map(({ type, count }) => [...unsigned(count), type])
}

const functionBytes = (definition: FunctionDefinition, numbering: Numbering): number[] => {
  const code = list(localRuns(definition))
  flatten(definition.body, numbering, code)
  code.push(0x0b)
  return code
}

/** The bytes of a module that puts `entries`, and whatever they call, into the table. */
export const assemble = (
  entries: readonly Entry[],
  { shared, maximumPages }: ModuleOptions,
): Uint8Array<ArrayBuffer> => {
  const numbering: Numbering = { functions: new Map(), types: new Map() }
  for (const { definition } of entries)
    if (!numbering.functions.has(definition)) numbering.functions.set(definition, numbering.functions.size)
  const bodies: (readonly number[])[] = []
  // A Map's iteration meets what is added during it: callees follow their callers.
  for (const definition of numbering.functions.keys()) {
    const code = functionBytes(definition, numbering)
    bodies.push(unsigned(code.length), code)
  }
  const functionTypes = [...numbering.functions.keys()].map((definition) =>
    unsigned(numberOfType(numbering, definition)),
  )
  const memory = [2, shared ? 3 : 1, 0, ...unsigned(maximumPages)]
  const imports = [
    [...ascii(importNames.module), ...ascii(importNames.memory), ...memory],
    [...ascii(importNames.module), ...ascii(importNames.table), 1, 0x70, 0, 0],
  ]
  const elements = entries.map(({ place, definition }) => [
    ...[0, 0x41, ...signed(place), 0x0b, 1],
    ...unsigned(numbering.functions.get(definition)!),
  ])
  return joined([
    ...section(1, [list([...numbering.types.values()].map(({ type }) => typeBytes(type)))]),
    ...section(2, [list(imports)]),
    ...section(3, [list(functionTypes)]),
    ...section(9, [list(elements)]),
    ...section(10, [unsigned(bodies.length / 2), ...bodies]),
  ])
}

/** The bytes of a module that puts a function which it imports into the table. */
export const wrap = (place: number, type: FunctionType): Uint8Array<ArrayBuffer> =>
  joined([
    ...section(1, [list([typeBytes(type)])]),
    ...section(2, [
      list([
        [...ascii(importNames.module), ...ascii(importNames.table), 1, 0x70, 0, 0],
        [...ascii(importNames.module), ...ascii(importNames.function), 0, 0],
      ]),
    ]),
    ...section(9, [list([[0, 0x41, ...signed(place), 0x0b, 1, 0]])]),
  ])
