/**
 * Puts functions together to a module. Every module imports one memory and one table of functions, and writes its entry
 * functions into the table at the places it is told: kernels made at different times call one another through it.
 */
import {
  bytes,
  type Call,
  type Code,
  type FunctionDefinition,
  type FunctionType,
  type IndirectCall,
  isCode,
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

const named = (text: string): string => unsigned(text.length) + text
const list = (items: readonly string[]): string => unsigned(items.length) + items.join('')
const section = (id: number, items: readonly string[]): string => bytes(id) + named(list(items))

/** A module, after what every module begins with. */
const moduleOf = (...sections: readonly string[]): Uint8Array<ArrayBuffer> => {
  const text = `\0asm${bytes(1, 0, 0, 0)}${sections.join('')}`
  const module = new Uint8Array(text.length)
  for (let i = 0; i < module.length; i++) module[i] = text.charCodeAt(i)
  return module
}

const typeKey = ({ params, results }: FunctionType): string => `${params.join()}>${results.join()}`
const typeBytes = ({ params, results }: FunctionType): string =>
  bytes(0x60) + [params, results].map((types) => list(types.map((type) => bytes(valueTypes[type])))).join('')

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

/** The text of `code`; functions that it calls get numbers as they are met. */
const textOf = (code: Code, numbering: Numbering): string => {
  if (typeof code === 'string') return code
  let text = ''
  for (let i = 0; i < code.length; i++) {
    const part = code[i]
    text += typeof part === 'string' ? part : isCode(part) ? textOf(part, numbering) : callText(part, numbering)
  }
  return text
}
const callText = (part: Call | IndirectCall, numbering: Numbering): string => {
  if (!('callee' in part)) return `\x11${unsigned(numberOfType(numbering, part.type))}\0`
  const { functions } = numbering
  if (!functions.has(part.callee)) functions.set(part.callee, functions.size)
  return `\x10${unsigned(functions.get(part.callee)!)}`
}

/** Runs of equal types: what a function's locals are written as. */
const localRuns = ({ locals }: FunctionDefinition): string[] => {
  const runs: { readonly type: number; count: number }[] = []
  for (const name of locals) {
    const type = valueTypes[name]
    const last = runs[runs.length - 1]
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  return runs.map(({ type, count }) => unsigned(count) + bytes(type))
}

const end = '\x0b'
const constant = (n: number): string => `\x41${signed(n)}${end}`

const importOf = (name: string, description: string): string => named(importNames.module) + named(name) + description
const tableImport = importOf(importNames.table, bytes(1, 0x70, 0, 0))

/** The bytes of a module that puts `entries`, and whatever they call, into the table. */
export const assemble = (
  entries: readonly Entry[],
  { shared, maximumPages }: ModuleOptions,
): Uint8Array<ArrayBuffer> => {
  const numbering: Numbering = { functions: new Map(), types: new Map() }
  for (const { definition } of entries)
    if (!numbering.functions.has(definition)) numbering.functions.set(definition, numbering.functions.size)
  // A Map's iteration meets what is added during it: callees follow their callers.
  const bodies: string[] = []
  for (const definition of numbering.functions.keys())
    bodies.push(named(list(localRuns(definition)) + textOf(definition.body, numbering) + end))
  const functionTypes = [...numbering.functions.keys()].map((definition) =>
    unsigned(numberOfType(numbering, definition)),
  )
  const memory = importOf(importNames.memory, bytes(2, shared ? 3 : 1, 0) + unsigned(maximumPages))
  const elements = entries.map(
    ({ place, definition }) => `\0${constant(place)}\x01${unsigned(numbering.functions.get(definition)!)}`,
  )
  return moduleOf(
    section(
      1,
      [...numbering.types.values()].map(({ type }) => typeBytes(type)),
    ),
    section(2, [memory, tableImport]),
    section(3, functionTypes),
    section(9, elements),
    section(10, bodies),
  )
}

/** The bytes of a module that puts a function which it imports into the table. */
export const wrap = (place: number, type: FunctionType): Uint8Array<ArrayBuffer> =>
  moduleOf(
    section(1, [typeBytes(type)]),
    section(2, [tableImport, importOf(importNames.function, bytes(0, 0))]),
    section(9, [`\0${constant(place)}\x01\0`]),
  )
