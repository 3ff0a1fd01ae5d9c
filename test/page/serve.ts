/** The built page on a port of this machine, with the headers that threads need and without. */
import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'

const configFile = fileURLToPath(new URL('../../examples/07-page/vite.config.ts', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.bin': 'application/octet-stream',
}

/** Any other web server: files, and no header more than they need but those given. */
const servePlainly = async (folder: string, headers: Readonly<Record<string, string>> = {}) => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(folder, pathname === '/' ? 'index.html' : pathname)
    readFile(file).then(
      (bytes) => {
        response.writeHead(200, { ...headers, 'Content-Type': types[extname(file)] ?? 'text/plain' }).end(bytes)
      },
      () => {
        response.writeHead(404).end()
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}/`, close: () => void server.close() }
}

export const servePage = async () => {
  const outDir = join(tmpdir(), `pullback-page-${process.pid}`)
  const options = { configFile, configLoader: 'native', logLevel: 'error', build: { outDir } } as const
  await build({ ...options, build: { outDir, emptyOutDir: true } })
  const server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } })
  const url = server.resolvedUrls?.local[0]
  if (url === undefined) throw new Error('vite serves nothing')
  const plain = await servePlainly(outDir)
  const strict = await servePlainly(outDir, {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Content-Security-Policy': "worker-src 'self'",
  })
  return {
    /** As `npm run page` serves it. */
    isolated: url,
    /** Without threads. */
    plain: plain.url,
    /** Isolated, but under a policy that lets no thread begin. */
    strict: strict.url,
    close: async () => {
      plain.close()
      strict.close()
      await server.close()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
