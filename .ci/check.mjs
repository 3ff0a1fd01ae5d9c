/**
 * `npm run check`: everything about the sources that can be wrong without running them, and the shape of the package.
 * Stops at the first step that fails; `npm run check -- lint types` runs the named steps alone.
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'

const steps = [
  ['format', 'biome check --error-on-warnings .'],
  ['lint', 'eslint --max-warnings 0 --no-error-on-unmatched-pattern src laws'],
  ['imports', 'depcruise src laws test examples'],
  ['types', 'tsc --noEmit'],
  ['unused', 'knip'],
  ['build', 'npm run --silent build'],
  ['publint', 'publint --strict'],
  ['attw', 'attw --pack . --profile esm-only --quiet'],
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !steps.some(([step]) => step === name))
if (unknown.length > 0) {
  console.error(`no step ${unknown.join(', ')}; there are ${steps.map(([step]) => step).join(', ')}`)
  process.exit(2)
}

for (const [name, command] of steps) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const start = Date.now()
  console.log(`-- ${name}: ${command}`)
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`-- ${name} failed: ${command}`)
    process.exit(1)
  }
  console.log(`-- ${name} passed (${((Date.now() - start) / 1000).toFixed(1)} s)`)
}
