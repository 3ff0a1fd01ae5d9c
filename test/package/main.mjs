/**
 * The packed package as a stranger meets it: installed in an empty folder, imported in plain Node without a loader.
 *
 *     node test/package/main.mjs [FOLDER]
 *
 * FOLDER is one that `install` made; without it the package is packed and installed first.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { addTypes, compiler, install } from './install.mjs'

const user = process.argv[2] ?? install()
const here = fileURLToPath(new URL('.', import.meta.url))
const manifest = JSON.parse(readFileSync(join(user, 'node_modules/pullback/package.json'), 'utf8'))

const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { cwd: user, stdio: 'inherit', timeout: 120_000 })
  if (status === 0) return
  console.error(`package: ${[command, ...args].join(' ')} failed in ${user}`)
  process.exit(1)
}

const inFolder = (script, ...args) => {
  copyFileSync(join(here, script), join(user, script))
  run(process.execPath, script, ...args)
}

if (Object.keys(manifest.dependencies).join() !== 'fp-ts') {
  console.error(`package: fp-ts is to be the only dependency, got ${Object.keys(manifest.dependencies)}`)
  process.exit(1)
}
const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
const needsPeer = (entry) => entry === './laws'
inFolder('import-entries.mjs', ...entries.filter((entry) => !needsPeer(entry)))
inFolder('train-a-line.mjs')
run(
  'npm',
  'install',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  `fast-check@${manifest.peerDependencies['fast-check']}`,
)
inFolder('import-entries.mjs', ...entries.filter(needsPeer))

// Declarations are checked themselves here, not skipped, in both resolutions that know `exports`.
const specifiers = entries.map((entry) => entry.replace(/^\./, 'pullback'))
writeFileSync(
  join(user, 'entries.ts'),
  `${specifiers.map((name, i) => `import * as entry${i} from '${name}'`).join('\n')}
export const entries: readonly object[] = [${specifiers.map((_, i) => `entry${i}`)}]
`,
)
addTypes(user)
const checked = ['entries.ts', '--noEmit', '--ignoreConfig', '--strict', '--target', 'es2022', '--types', 'node']
run(process.execPath, compiler, ...checked, '--module', 'nodenext')
run(process.execPath, compiler, ...checked, '--module', 'esnext', '--moduleResolution', 'bundler')
console.log('package: every entry point imports, type-checks and runs')
