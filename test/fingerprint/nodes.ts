/** Versions of Node to run in, from npm, where each platform's binary is a package. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The oldest that is supported, and those that came after it. */
const versions = ['20', '22', '24'] as const

const cache = fileURLToPath(new URL('../../node_modules/.cache/fingerprint', import.meta.url))
const platform = process.platform === 'win32' ? 'win' : process.platform

/** The binary of each version, downloaded once; the version that this process runs in is at hand. */
export const nodeBinaries = (): Readonly<Record<string, string>> => {
  const own = process.versions.node.split('.')[0]!
  const folder = (version: string): string => join(cache, 'node_modules', `node-${version}`)
  const missing = versions.filter((version) => version !== own && !existsSync(folder(version)))
  if (missing.length > 0) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(join(cache, 'package.json'), '{ "private": true }\n')
    const packages = versions
      .filter((version) => version !== own)
      .map((version) => `node-${version}@npm:node-${platform}-${process.arch}@${version}`)
    const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    const { status } = spawnSync('npm', ['install', ...flags, ...packages], { cwd: cache, stdio: 'inherit' })
    if (status !== 0) throw new Error(`npm has no Node ${missing.join(', ')} for ${platform} ${process.arch}`)
  }
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  return Object.fromEntries(
    versions.map((version) => [version, version === own ? process.execPath : join(folder(version), 'bin', binary)]),
  )
}
