/** The examples of docstrings (what follows `@example`) and of the README, as modules that can be checked and run. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** The files of the entry points, by the names that programs import. */
export const entries: Readonly<Record<string, string>> = {
  pullback: 'src/index.ts',
  'pullback/cpu': 'src/backend/cpu/index.ts',
  'pullback/reference': 'src/backend/reference/index.ts',
  'pullback/webgpu': 'src/backend/webgpu/index.ts',
  'pullback/node': 'src/node/index.ts',
  'pullback/laws': 'laws/index.ts',
}

export interface Example {
  /** Where it stands: `src/layer/dense.ts:86`. */
  readonly place: string
  /** The source file that it documents. */
  readonly file: string
  readonly code: string
}

const blocksOf = (file: string, source: string): readonly Example[] =>
  [...source.matchAll(/^([ \t]*)\/\*\*.*?\*\//gms)].flatMap((comment) => {
    const [text, indent] = comment
    const lines = text.split('\n').map((line) => line.slice(indent!.length).replace(/^ ?\*+\/?[ ]?|\s*\*\/$/g, ''))
    const first = source.slice(0, comment.index).split('\n').length
    const examples: Example[] = []
    lines.forEach((line, i) => {
      if (!/^@example\b/.test(line)) return
      const next = lines.findIndex((other, k) => k > i && other.startsWith('@'))
      const code = lines.slice(i + 1, next < 0 ? undefined : next).join('\n')
      examples.push({ place: `${file}:${first + i}`, file, code: code.trim() })
    })
    return examples
  })

/** All examples of the sources in some folders. */
export const examplesIn = (root: string, folders: readonly string[]): readonly Example[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .flatMap((name) => blocksOf(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8'))),
  )

/** The blocks of TypeScript in a Markdown file. */
export const examplesOf = (root: string, file: string): readonly Example[] => {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((block) => ({
    place: `${file}:${text.slice(0, block.index).split('\n').length}`,
    file,
    code: block[1]!,
  }))
}

const parse = (code: string): ts.SourceFile => ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true)

/** Names that an example mentions and does not declare itself. */
const namesIn = (code: string): ReadonlySet<string> => {
  const [used, declared] = [new Set<string>(), new Set<string>()]
  const visit = (node: ts.Node): void => {
    const { parent } = node
    if (ts.isIdentifier(node)) {
      if (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent)) {
        if (parent.name === node) declared.add(node.text)
        else if (!(ts.isBindingElement(parent) && parent.propertyName === node)) used.add(node.text)
      } else if (
        !(ts.isPropertyAccessExpression(parent) && parent.name === node) &&
        !(ts.isPropertyAssignment(parent) && parent.name === node)
      )
        used.add(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(code))
  return new Set([...used].filter((name) => !declared.has(name)))
}

const imports = /^import\b/m

/**
 * An example with the imports that it leaves out: what it uses of its own module's exports, else of the package's.
 * An example that has an import has all of them.
 */
export const withImports = (
  { code, file }: Pick<Example, 'code' | 'file'>,
  own: ReadonlySet<string>,
  pullback: ReadonlySet<string>,
): string => {
  if (imports.test(code)) return code
  const names = [...namesIn(code)].sort()
  const from = (module: string, wanted: readonly string[]): string =>
    wanted.length === 0 ? '' : `import { ${wanted.join(', ')} } from '${module}'\n`
  return `${from(
    `#/${file.replace(/\.ts$/, '.js')}`,
    names.filter((name) => own.has(name)),
  )}${from(
    'pullback',
    names.filter((name) => !own.has(name) && pullback.has(name)),
  )}${code}`
}

export const checkName = 'checkExampleValue'

/**
 * An example in which every `expression // => value` and `const name = expression // => value` calls a function of the
 * name `checkName` with the value and the comment's text; and how many there are.
 */
export const withChecks = (code: string): readonly [code: string, checks: number] => {
  const source = parse(code)
  let checked = code
  let checks = 0
  for (const statement of [...source.statements].reverse()) {
    const comment = /^[ \t;]*\/\/ => (.*)$/m.exec(code.slice(statement.end).split('\n', 1)[0]!)
    if (comment === null) continue
    const wanted = JSON.stringify(comment[1])
    const start = statement.getStart(source)
    const text = code.slice(start, statement.end)
    if (ts.isExpressionStatement(statement))
      checked = `${checked.slice(0, start)};${checkName}((${text}), ${wanted})${checked.slice(statement.end)}`
    else if (ts.isVariableStatement(statement)) {
      const name = statement.declarationList.declarations[0]!.name.getText(source)
      checked = `${checked.slice(0, statement.end)};${checkName}(${name}, ${wanted})${checked.slice(statement.end)}`
    } else continue
    checks += 1
  }
  return [checked, checks]
}

/** The value that a comment writes: a JavaScript value, arrays also with their type before them as Node prints them. */
export const valueOf = (text: string): unknown => {
  const typed = /^(\w+Array) (\[.*\])$/.exec(text)
  return new Function(`return ${typed === null ? `(${text})` : `new ${typed[1]}(${typed[2]})`}`)()
}
