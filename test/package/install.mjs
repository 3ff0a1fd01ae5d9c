/**
 * Packs the built package and installs it in an empty folder, as `npm install pullback` would.
 * `npm run build` comes first.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

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
