/**
 * Packs the built package and installs it in an empty folder, as `npm install pullback` would.
 * `npm run build` comes first.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The TypeScript of the repository, for checking programs in the folder. */
export const compiler = join(root, 'node_modules/typescript/lib/tsc.js')

/** Puts Node's types into the folder: copied, so that nothing resolves into the repository. */
export const addTypes = (folder) => {
  for (const types of ['@types/node', 'undici-types'])
    cpSync(join(root, 'node_modules', types), join(folder, 'node_modules', types), { recursive: true })
}

/** @returns {string} a folder outside the repository whose node_modules holds the packed package */
export const install = () => {
  const folder = mkdtempSync(join(tmpdir(), 'pullback-package-'))
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }),
  )
  const user = join(folder, 'user')
  mkdirSync(user)
  writeFileSync(join(user, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `../${filename}`], {
    cwd: user,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return user
}
