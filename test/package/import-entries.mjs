/** Imports the entry points named as arguments (as package.json's exports names them); each must export something. */
import process from 'node:process'

for (const entry of process.argv.slice(2)) {
  const name = entry.replace(/^\./, 'pullback')
  const start = performance.now()
  const names = Object.keys(await import(name))
  if (names.length === 0) throw new Error(`${name} exports nothing`)
  if (names.includes('default')) throw new Error(`${name} has a default export`)
  console.log(`${name}: ${names.length} exports in ${(performance.now() - start).toFixed(0)} ms`)
}
