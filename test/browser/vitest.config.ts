/**
 * `npm run test:browser`: what runs in a real page, in headless Chromium with its software GPU.
 *
 * Where there is no Chromium, this says so and runs nothing, or fails where PULLBACK_REQUIRE_DEVICES=1 says that all
 * devices must be there.
 */
import { existsSync } from 'node:fs'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { alias } from '../../vitest.config.js'
import { executablePath, headlessFlags, softwareGpu } from '../chromium.js'

const isThere = existsSync(executablePath)
if (!isThere) {
  const message = `no Chromium at ${executablePath}: install it, or set CHROMIUM`
  if (process.env.PULLBACK_REQUIRE_DEVICES === '1') throw new Error(message)
  console.warn(`skipped: ${message}`)
}

/** The last two: so that the heap can be measured. */
const args = [...headlessFlags, ...softwareGpu, '--enable-precise-memory-info', '--js-flags=--expose-gc']

export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  resolve: { alias },
  // Nothing to bundle first: all of it is modules, and finding more on the way would reload the page.
  optimizeDeps: { noDiscovery: true },
  test: {
    name: 'browser',
    include: isThere ? ['test/browser/**/*.test.browser.ts'] : [],
    passWithNoTests: !isThere,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath, args } }),
      instances: [{ browser: 'chromium' }],
    },
  },
})
