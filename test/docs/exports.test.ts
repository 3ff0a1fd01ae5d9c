/**
 * What the package exports is documented: each name has a docstring, and what can be called an example, which
 * examples.test.ts runs.
 */
import { join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { entries } from './extract.js'

const root = new URL('../..', import.meta.url).pathname

interface Exported {
  /** Its name, and where it is declared: `schedule.cosine (src/optim/schedule/anneal.ts)`. */
  readonly place: string
  readonly isCallable: boolean
  readonly hasText: boolean
  readonly hasExample: boolean
}

const declared = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** The exports of a module; of a namespace in it (`schedule`), those inside. */
const exportsOf = (
  checker: ts.TypeChecker,
  module: ts.Symbol,
  prefix = '',
): readonly (readonly [string, ts.Symbol])[] =>
  checker.getExportsOfModule(module).flatMap((symbol) => {
    const target = declared(checker, symbol)
    return target.flags & ts.SymbolFlags.ValueModule
      ? exportsOf(checker, target, `${prefix}${symbol.name}.`)
      : [[`${prefix}${symbol.name}`, target] as const]
  })

const describeExport = (checker: ts.TypeChecker, name: string, symbol: ts.Symbol): readonly Exported[] => {
  const [declaration] = symbol.declarations ?? []
  const file = declaration && relative(root, declaration.getSourceFile().fileName)
  if (file === undefined || file.startsWith('node_modules')) return []
  const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration!)
  return [
    {
      place: `${name} (${file})`,
      isCallable: isValue && type.getCallSignatures().length + type.getConstructSignatures().length > 0,
      hasText: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== '',
      hasExample: symbol.getJsDocTags(checker).some((tag) => tag.name === 'example'),
    },
  ]
}

const exported = ((): readonly Exported[] => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const files = Object.values(entries).map((file) => join(root, file))
  const program = ts.createProgram(files, { ...options, noEmit: true })
  const checker = program.getTypeChecker()
  const modules = files.map((file) => checker.getSymbolAtLocation(program.getSourceFile(file)!)!)
  const names = new Map<ts.Symbol, string>()
  for (const module of modules)
    for (const [name, symbol] of exportsOf(checker, module)) if (!names.has(symbol)) names.set(symbol, name)
  return [...names].flatMap(([symbol, name]) => describeExport(checker, name, symbol))
})()

const placesOf = (some: (one: Exported) => boolean): readonly string[] =>
  exported.filter(some).map(({ place }) => place)

describe('what the package exports', () => {
  it('is found', () => {
    expect(exported.length).toBeGreaterThan(500)
  })

  it('has a docstring', () => {
    expect(placesOf(({ hasText }) => !hasText)).toEqual([])
  })

  it('has an example where it can be called', () => {
    expect(placesOf(({ isCallable, hasExample }) => isCallable && !hasExample)).toEqual([])
  })
})
