/** The program in Chromium: in workers and on pages, isolated from other origins (where memory can be shared) or not. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { executablePath, headlessFlags } from '../chromium.js'
import type { Fingerprints } from './program.js'

/** Chromium, or undefined where there is none. */
export const chromiumPath = (): string | undefined => (existsSync(executablePath) ? executablePath : undefined)

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}
/** A page that lets no worker begin but from its own files. */
const strict = { ...isolation, 'Content-Security-Policy': "worker-src 'self'" }
const headersOf = (url: string): Readonly<Record<string, string>> =>
  url.startsWith('/isolated/') ? isolation : url.startsWith('/strict/') ? strict : {}
const worker = `
import { fingerprints } from './program.js'
onmessage = ({ data: [engine, threads] }) =>
  fingerprints(engine, threads).then(postMessage, (error) => postMessage({ error: String(error.stack ?? error) }))
postMessage('ready')`

/** The folder's scripts on a port of this machine; below `/isolated` and `/strict` with such headers. */
const serve = async (folder: string) => {
  const server = createServer(({ url = '/' }, response) => {
    const headers = headersOf(url)
    const name = url.slice(url.lastIndexOf('/') + 1)
    if (name === '')
      response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end('<!doctype html><title>page</title>')
    else if (name === 'worker.js' || existsSync(join(folder, name)))
      response
        .writeHead(200, { ...headers, 'Content-Type': 'text/javascript' })
        .end(name === 'worker.js' ? worker : readFileSync(join(folder, name)))
    else response.writeHead(404, headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() }
}

type Result = Fingerprints | { readonly error: string }

const run = async (
  browser: Browser,
  address: string,
  place: 'page' | 'worker',
  engine: string,
  threads: number,
): Promise<Fingerprints> => {
  const page = await browser.newPage()
  await page.goto(address)
  const result = await page.evaluate(
    async ([place, engine, threads]): Promise<Result> => {
      if (place === 'page') {
        const path = './program.js'
        const { fingerprints } = (await import(new URL(path, location.href).href)) as typeof import('./program.js')
        return fingerprints(engine, threads)
      }
      const worker = new Worker('worker.js', { type: 'module' })
      return new Promise((resolve) => {
        worker.onerror = ({ message }) => resolve({ error: message })
        worker.onmessage = ({ data }) => (data === 'ready' ? worker.postMessage([engine, threads]) : resolve(data))
      })
    },
    [place, engine, threads] as const,
  )
  await page.close()
  if ('error' in result) throw new Error(`${engine}: ${result.error}`)
  return result
}

/** What Chromium computes from the scripts in `folder`, and how many threads it must have had. */
export const inChromium = async (
  path: string,
  folder: string,
): Promise<readonly (readonly [Fingerprints, number])[]> => {
  const { address, close } = await serve(folder)
  const browser = await chromium.launch({ executablePath: path, args: headlessFlags })
  try {
    const name = `Chromium ${browser.version().split('.')[0]}`
    const isolated = `${address}/isolated/`
    const open = `${address}/open/`
    return [
      [await run(browser, isolated, 'worker', `${name}, worker`, 1), 1],
      [await run(browser, isolated, 'worker', `${name}, worker`, 2), 2],
      // A page's own thread may not wait, and without isolation no memory is shared: one thread, and the device says so.
      [await run(browser, isolated, 'page', `${name}, page`, 2), 1],
      [await run(browser, open, 'worker', `${name}, worker of a page that is not isolated`, 2), 1],
      [await run(browser, `${address}/strict/`, 'worker', `${name}, worker where no other may begin`, 2), 1],
    ]
  } finally {
    await browser.close()
    close()
  }
}
