/**
 * Runs the README's example as printed: its first block of TypeScript, type-checked and run against the packed package.
 *
 *     tsx test/readme/run.ts [FOLDER]
 *
 * FOLDER is one that test/package/install.mjs made; without it the package is packed and installed first.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { addTypes, compiler, install } from '../package/install.mjs'

const fail = (message: string): never => {
  console.error(`README: ${message}`)
  return process.exit(1)
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const require = createRequire(import.meta.url)
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const example = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1] ?? fail('no block of TypeScript found')
const lines = example.trimEnd().split('\n').length
if (lines > 32) fail(`the example is to have about 30 lines, and has ${lines}`)

const user = process.argv[2] ?? install()
addTypes(user)
writeFileSync(join(user, 'example.ts'), example)
writeFileSync(
  join(user, 'tsconfig.json'),
  '{ "compilerOptions": { "module": "nodenext", "target": "es2022", "strict": true, "noEmit": true, "types": ["node"] }, "files": ["example.ts"] }\n',
)

const node = (what: string, ...args: readonly string[]): void => {
  const start = Date.now()
  const { status } = spawnSync(process.execPath, args, { cwd: user, stdio: 'inherit', timeout: 600_000 })
  if (status !== 0) fail(`${what} failed in ${user}`)
  console.log(`README: ${what} passed (${((Date.now() - start) / 1000).toFixed(1)} s)`)
}
node('types of the example', compiler, '--project', 'tsconfig.json')
node('the example', '--import', pathToFileURL(require.resolve('tsx')).href, 'example.ts')
