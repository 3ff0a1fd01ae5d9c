/**
 * Builds the page: `npm run page` serves it, `npm run page:build` writes it to `dist` beside this file.
 *
 * Threads share memory, which browsers allow to pages that are isolated from other origins: hence the two headers. A
 * server without them serves the page, too; it then computes with one thread.
 */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { readDigits } from 'pullback/node'
import { defineConfig, type Plugin } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

/** The digits of the npm package in a seventh of its size: labels, then pixels, one byte each, compressed. */
const packDigits = async (): Promise<Uint8Array> => {
  const read = await readDigits()
  if (read._tag === 'Left') throw new Error(read.left.message)
  const { images, labels } = read.right
  const pixels = Uint8Array.from(images.data, (x) => Math.round(255 * x))
  return gzipSync(Buffer.concat([Uint8Array.from(labels.data), pixels]))
}

const digitsFile = (): Plugin => ({
  name: 'digits',
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'digits.bin', source: await packDigits() })
  },
  configureServer(server) {
    const packed = packDigits()
    server.middlewares.use('/digits.bin', async (_request, response) => {
      response.setHeader('Content-Type', 'application/octet-stream')
      response.end(await packed)
    })
  },
})

// Inside the repository the package's own entry points are its sources; a page of your own needs no alias.
const alias = [
  { find: /^pullback$/, replacement: at('../../src/index.ts') },
  { find: /^pullback\/(cpu|webgpu)$/, replacement: at('../../src/backend/$1/index.ts') },
]

export default defineConfig({
  root: at('.'),
  base: './',
  resolve: { alias },
  plugins: [digitsFile()],
  worker: { format: 'es' },
  // All of it is modules: to bundle some of them on the way would reload the page.
  optimizeDeps: { noDiscovery: true },
  build: { target: 'es2022', emptyOutDir: true },
  server: { headers: isolated },
  preview: { headers: isolated },
})
