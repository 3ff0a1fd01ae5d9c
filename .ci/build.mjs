/**
 * `npm run build`: compiles `src` and `laws` to `dist`.
 *
 * The compiled code imports fp-ts as `#fp/...`, which package.json's imports send to CommonJS in Node and to modules in
 * bundlers. Types have no such choice to make, so declarations name fp-ts's own files: tools that look at a declaration
 * alone, or that know nothing of package imports, then find them too.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const compiler = join(root, 'node_modules/typescript/lib/tsc.js')
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })

for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue
  const file = join(dist, name)
  const before = readFileSync(file, 'utf8')
  const after = before.replaceAll(/(['"])#fp\/(\w+)\1/g, "'fp-ts/lib/$2.js'")
  if (after !== before) writeFileSync(file, after)
}
process.exit(status ?? 1)
