/**
 * Every example of a docstring and of the README is type-checked and run as a module, and its `// => value` comments are
 * compared.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DeviceError } from 'pullback'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { checkName, entries, examplesIn, examplesOf, valueOf, withChecks, withImports } from './extract.js'

const root = new URL('../..', import.meta.url).pathname
const builtIn = createRequire(import.meta.url)

/** A module by the name that an example imports it by; `#/` is the root of the repository. */
const load = async (name: string): Promise<object> => {
  const file = name.startsWith('#/') ? name.slice(2) : entries[name]
  return file === undefined ? builtIn(name) : import(join(root, file))
}

const publicNames = new Set(Object.keys(await load('pullback')))
const examples = [
  ...(await Promise.all(
    examplesIn(root, ['src', 'laws']).map(async ({ place, file, code }) => ({
      place,
      code: withImports({ file, code }, new Set(Object.keys(await load(`#/${file}`))), publicNames),
    })),
  )),
  ...examplesOf(root, 'README.md'),
]

/** Runs a module: as the body of a function, in which `require` gives what was imported before. */
const run = async (code: string, check: (value: unknown, wanted: string) => void): Promise<void> => {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  })
  const names = [...outputText.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name!)
  const modules = new Map(await Promise.all(names.map(async (name) => [name, await load(name)] as const)))
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: readonly string[]
  ) => (...values: readonly unknown[]) => Promise<void>
  const body = new AsyncFunction('require', 'exports', checkName, outputText)
  await body((name: string) => modules.get(name), {}, check)
}

/** Whether an example needs a device that is not there, and need not be. */
const isMissing = (error: unknown): error is DeviceError =>
  error instanceof DeviceError &&
  (error.reason === 'package' || error.reason === 'adapter') &&
  process.env.PULLBACK_REQUIRE_DEVICES !== '1'

/** What the compiler says of all examples, by place. */
const typeErrors = (): readonly string[] => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const files = new Map(
    examples.map(({ code }, i) => [join(root, `example-${i}.ts`), `${code.replaceAll("'#/", "'./")}\nexport {}\n`]),
  )
  const host = ts.createCompilerHost(options)
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, noEmit: true },
    {
      ...host,
      fileExists: (path) => files.has(path) || host.fileExists(path),
      readFile: (path) => files.get(path) ?? host.readFile(path),
      getSourceFile: (path, ...rest) => {
        const text = files.get(path)
        return text === undefined
          ? host.getSourceFile(path, ...rest)
          : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022)
      },
    },
  )
  return [...files.keys()].flatMap((path, i) => {
    const source = program.getSourceFile(path)!
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${examples[i]!.place}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
  })
}

describe('examples', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThan(100)
  })

  it('have the types that they promise', { timeout: 300_000 }, () => {
    expect(typeErrors()).toEqual([])
  })

  it.each(examples)('$place', async ({ code }) => {
    const [checked, count] = withChecks(code)
    expect(count, 'comments of values').toBe([...code.matchAll(/\/\/ =>/g)].length)
    let reached = 0
    try {
      await run(checked, (value, wanted) => {
        reached += 1
        expect(value, wanted).toEqual(valueOf(wanted))
      })
    } catch (error) {
      if (!isMissing(error)) throw error
      console.warn(`not run: ${error.message}`)
      return
    }
    expect(reached).toBe(count)
  })
})

it('functions that the README lists are exported', async () => {
  const [section] = readFileSync(join(root, 'README.md'), 'utf8').split('## What is there')[1]!.split('\n## ')
  const listed = [...section!.matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
    [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  )
  const modules = await Promise.all(Object.keys(entries).map(load))
  const isExported = (name: string): boolean =>
    modules.some(
      (module) =>
        name
          .split('.')
          .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], module) !== undefined,
    )
  expect(listed.length).toBeGreaterThan(100)
  expect(listed.filter((name) => !(name in entries) && !isExported(name))).toEqual([])
})
