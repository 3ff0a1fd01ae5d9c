import { defineConfig } from 'vitest/config'

const at = (path: string): string => new URL(path, import.meta.url).pathname

/** The package's own entry points are its sources here, as in tsconfig.json's `paths`. */
export const alias = [
  { find: /^pullback$/, replacement: at('./src/index.ts') },
  { find: /^pullback\/(cpu|reference|webgpu)$/, replacement: at('./src/backend/$1/index.ts') },
  { find: /^pullback\/node$/, replacement: at('./src/node/index.ts') },
  { find: /^pullback\/laws$/, replacement: at('./laws/index.ts') },
]

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Mesa's software GPU: most of these tests' time would go to LLVM optimizing shaders that run once.
    env: { GALLIVM_PERF: 'nopt' },
    testTimeout: 180_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts', 'laws/**/*.ts'], reportsDirectory: 'coverage' },
  },
})
