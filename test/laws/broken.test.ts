/** Every law fails on an instance that is broken on purpose: a law that cannot fail does not count. */
import * as laws from 'pullback/laws'
import { describe, expect, it } from 'vitest'
import { brokenDevices } from './broken/devices.js'
import { brokenInvariances } from './broken/invariances.js'
import { brokenLayers } from './broken/layers.js'
import { brokenRuns } from './broken/runs.js'

const broken = [...brokenLayers, ...brokenDevices, ...brokenInvariances, ...brokenRuns]

describe('a broken instance is found', () => {
  for (const { law, fault, run } of broken)
    it(`${law}: ${fault}`, async () => {
      const message = await run().then(
        () => 'the law holds',
        (error: Error) => error.message,
      )
      // Thrown errors of the library would be failures too, but not of the law.
      expect(message.startsWith(`${law}: does not hold.`), message).toBe(true)
      expect(message).not.toMatch(/Error|undefined is not/)
    })
})

interface Named {
  readonly name: string
  readonly holds: unknown
}
const isLaw = (value: unknown): value is Named =>
  typeof value === 'object' && value !== null && 'holds' in value && 'name' in value

it('there is a broken instance for every law', () => {
  const all = Object.entries(laws).flatMap(([name, value]): readonly Named[] => {
    const made: unknown =
      name.endsWith('Laws') && name !== 'runLaws' && typeof value === 'function' ? (value as () => unknown)() : value
    return Array.isArray(made) ? made.filter(isLaw) : isLaw(made) ? [made] : []
  })
  expect(all.length).toBeGreaterThan(90)
  const found = new Set(broken.map(({ law }) => law))
  expect(all.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
})
