/** A visit of the page in a real browser: what a person does there, and what can be seen of it. */
import { readFile } from 'node:fs/promises'
import { type Browser, chromium, type Page } from 'playwright'
import { executablePath, headlessFlags } from '../chromium.js'
import { digits, type Stroke } from './digits.js'

export const launch = (flags: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...headlessFlags, ...flags] })

interface LongTask {
  readonly start: number
  readonly duration: number
}

export interface Visit {
  readonly page: Page
  /** Errors and warnings of the console, of scripts and of the network. */
  readonly complaints: readonly string[]
  readonly text: (id: string) => Promise<string>
  readonly step: () => Promise<number>
  /** Waits until so many steps are done: minutes, on a GPU in software. */
  readonly reach: (step: number) => Promise<void>
  readonly draw: (digit: string) => Promise<void>
  readonly touch: (digit: string) => Promise<void>
  /** Waits for the verdict to name a digit; gives what it said in the end. */
  readonly verdict: (digit: string) => Promise<string>
  /** The curves as the page saves them. */
  readonly curves: () => Promise<readonly string[]>
  /** Tasks of the page's own thread that took 50 ms or more since the last call. */
  readonly longTasks: () => Promise<readonly LongTask[]>
}

const patience = 600_000

export const visit = async (browser: Browser, url: string): Promise<Visit> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, hasTouch: true })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (request) => complaints.push(`no answer: ${request.url()}`))
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`)
  })
  await page.addInitScript(() => {
    const tasks: LongTask[] = []
    Object.assign(globalThis, { longTasks: tasks })
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) tasks.push({ start: startTime, duration })
    }).observe({ type: 'longtask', buffered: true })
  })
  await page.goto(url)

  const text = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? ''
  const step = async (): Promise<number> => Number.parseInt(await text('step'), 10) || 0
  const surface = page.locator('#drawing')
  const placesOf = async (stroke: Stroke) => {
    await surface.scrollIntoViewIfNeeded()
    const box = await surface.boundingBox()
    if (box === null) throw new Error('nothing to draw on')
    return stroke.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height }))
  }
  const clear = () => page.locator('#clear').click()

  return {
    page,
    complaints,
    text,
    step,
    reach: async (least) => {
      const reached = (least: number) =>
        Number.parseInt(document.getElementById('step')?.textContent ?? '', 10) >= least ||
        document.getElementById('failure')?.hidden === false
      await page.waitForFunction(reached, least, { polling: 100, timeout: patience })
      const failure = await text('failure')
      if (failure !== '') throw new Error(failure)
    },
    draw: async (digit) => {
      await clear()
      for (const stroke of digits[digit]) {
        const [first, ...rest] = await placesOf(stroke)
        await page.mouse.move(first.x, first.y)
        await page.mouse.down()
        for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 4 })
        await page.mouse.up()
      }
    },
    touch: async (digit) => {
      await clear()
      const devtools = await context.newCDPSession(page)
      for (const stroke of digits[digit]) {
        const places = await placesOf(stroke)
        // A finger that moves is told of many times.
        const path = places.flatMap((place, i) =>
          i === 0
            ? [place]
            : Array.from({ length: 6 }, (_, k) => ({
                x: places[i - 1].x + ((place.x - places[i - 1].x) * (k + 1)) / 6,
                y: places[i - 1].y + ((place.y - places[i - 1].y) * (k + 1)) / 6,
              })),
        )
        for (const [i, place] of path.entries())
          await devtools.send('Input.dispatchTouchEvent', {
            type: i === 0 ? 'touchStart' : 'touchMove',
            touchPoints: [place],
          })
        await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
      }
      await devtools.detach()
    },
    verdict: async (digit) => {
      const said = (digit: string) => document.getElementById('verdict')?.textContent?.includes(`a ${digit} (`) === true
      await page.waitForFunction(said, digit, { polling: 50, timeout: 120_000 }).catch(() => {})
      return text('verdict')
    },
    curves: async () => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()])
      return (await readFile(await download.path(), 'utf8')).trimEnd().split('\n')
    },
    longTasks: () => page.evaluate(() => (globalThis as unknown as { longTasks: LongTask[] }).longTasks.splice(0)),
  }
}
