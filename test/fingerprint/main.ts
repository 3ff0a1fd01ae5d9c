/**
 * `npm run fingerprint`: the same bits in Node 20, 22 and 24 and in Chromium, on one thread and on two.
 *
 * Downloads the versions of Node that are not at hand. Where there is no Chromium it says so, which is an error if
 * PULLBACK_REQUIRE_DEVICES=1. The last line is "N passed, N failed".
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { chromiumPath, inChromium } from './browser.js'
import { nodeBinaries } from './nodes.js'
import type { Fingerprints } from './program.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** One file of JavaScript for all engines. */
const bundleTo = async (folder: string): Promise<void> => {
  const bundle = await rolldown({
    cwd: root,
    input: { program: './test/fingerprint/program.ts' },
    platform: 'neutral',
    resolve: { conditionNames: ['default', 'import'], extensionAlias: { '.js': ['.ts', '.js'] } },
    tsconfig: './tsconfig.json',
  })
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js' })
  await bundle.close()
}

const inNode = (binary: string, version: string, folder: string, threads: number): Fingerprints => {
  const code = `
    import { fingerprints } from ${JSON.stringify(pathToFileURL(join(folder, 'program.js')).href)}
    if (!process.versions.node.startsWith('${version}.')) throw new Error('Node ' + process.versions.node)
    console.log(JSON.stringify(await fingerprints('Node ${version}', ${threads})))`
  return JSON.parse(execFileSync(binary, ['--input-type=module', '-e', code], { encoding: 'utf8' })) as Fingerprints
}

const folder = mkdtempSync(join(tmpdir(), 'fingerprint-'))
try {
  await bundleTo(folder)
  const results: (readonly [Fingerprints, wanted: number])[] = Object.entries(nodeBinaries()).flatMap(
    ([version, binary]) => [1, 2].map((threads) => [inNode(binary, version, folder, threads), threads] as const),
  )
  let failed = 0
  const browser = chromiumPath()
  if (browser !== undefined) results.push(...(await inChromium(browser, folder)))
  else {
    console.log('not run in Chromium: there is none')
    if (process.env.PULLBACK_REQUIRE_DEVICES === '1') failed += 1
  }

  const [first] = results[0]!
  let passed = 0
  for (const [{ engine, threads, workers, hashes }, wanted] of results) {
    const different = Object.keys(first.hashes).filter((name) => hashes[name] !== first.hashes[name])
    const problems = [
      ...different.map((name) => `${name} differs (${hashes[name]})`),
      ...(threads === wanted ? [] : [`expected ${wanted} threads`]),
      ...(workers === wanted - 1 ? [] : [`expected ${wanted - 1} workers to run, got ${workers}`]),
    ]
    console.log(
      `${engine}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: ${problems.join('; ') || 'the same bits'}`,
    )
    if (problems.length === 0) passed += 1
    else failed += 1
  }
  for (const [name, hash] of Object.entries(first.hashes)) console.log(`${name.padEnd(6)} ${hash}`)
  console.log(`${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
