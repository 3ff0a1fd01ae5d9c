/**
 * `npm run test:page`: builds the page, serves it, and uses it in headless Chromium as a person would, on the CPU and on
 * a GPU in software. The last line is "N passed, N failed". `npm run test:page -- cpu` runs one part; with
 * PAGE_PICTURES=DIR the page's looks are written there.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Browser } from 'playwright'
import { executablePath, softwareGpu } from '../chromium.js'
import { servePage } from './serve.js'
import { longestTask } from './thread.js'
import { launch, type Visit, visit } from './visit.js'

let [passed, failed] = [0, 0]
const check = async (name: string, act: () => Promise<void>): Promise<void> => {
  const start = performance.now()
  try {
    await act()
    passed += 1
    console.log(`  passed  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed += 1
    console.log(`  FAILED  ${name}\n${error instanceof Error ? error.stack : String(error)}`)
  }
}

const pictures = async ({ page }: Visit, name: string): Promise<void> => {
  const folder = process.env.PAGE_PICTURES
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  for (const [look, width, colorScheme] of [
    ['light', 1280, 'light'],
    ['dark', 1280, 'dark'],
    ['tablet', 820, 'light'],
    ['narrow', 390, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 1000 })
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(400)
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true })
  }
  await page.setViewportSize({ width: 1280, height: 1000 })
}

interface Part {
  readonly name: string
  readonly flags: readonly string[]
  readonly query: string
  readonly device: RegExp
  /** Steps after which drawings are to be recognised. */
  readonly learned: number
  /** Steps that runs of one seed are compared over. */
  readonly compared: number
}

const parts: readonly Part[] = [
  {
    name: 'cpu',
    flags: [],
    query: '?threads=2',
    device: /^CPU, 2 threads \(no WebGPU here\)/,
    learned: 400,
    compared: 60,
  },
  { name: 'webgpu', flags: softwareGpu, query: '', device: /^WebGPU, /, learned: 75, compared: 10 },
]

/** The lines of one split. */
const linesOf = (curves: readonly string[], split: string): readonly string[] =>
  curves.filter((line) => line.startsWith(split))

const use = async (browser: Browser, url: string, part: Part): Promise<void> => {
  const visitor = await visit(browser, url + part.query)
  const { page, text, step } = visitor
  const pause = page.locator('#pause')
  /** Pauses, and waits until it has. The steps done. */
  const hold = async (): Promise<number> => {
    await pause.click()
    await page.locator('#controls[aria-busy=false]').waitFor()
    // What was told last is shown in the next frame.
    await page.waitForTimeout(200)
    return step()
  }
  /** Starts again with a seed, by keyboard. */
  const startAgain = async (seed: string): Promise<void> => {
    await page.locator('#seed').fill(seed)
    await page.locator('#seed').press('Enter')
    const restarted = (most: number) => Number(document.getElementById('step')?.textContent) < most
    await page.waitForFunction(restarted, part.compared, { polling: 20 })
  }

  await check('names its device, and learns', async () => {
    await visitor.reach(1)
    assert.match(await text('device'), part.device)
    const [, first] = linesOf(await visitor.curves(), 'held out')[0].split(',')
    assert.equal(first, '0')
    await visitor.reach(part.learned)
    const accuracy = Number.parseFloat(await text('accuracy'))
    assert.ok(accuracy > 90, `${accuracy} % after ${part.learned} steps`)
  })

  await check('leaves its own thread alone: no task of 50 ms while it trains and is drawn on', async () => {
    await visitor.longTasks()
    const { thread, wall, tasks } = await longestTask(browser, page, async () => {
      for (const digit of ['3', '0', '7']) {
        await visitor.draw(digit)
        await page.waitForTimeout(1000)
      }
    })
    const long = await visitor.longTasks()
    const most = long.reduce((most, { duration }) => Math.max(most, duration), 0)
    console.log(
      `          the longest of ${tasks} tasks: ${thread.toFixed(1)} ms of the thread, ${wall.toFixed(1)} ms on the wall; ${long.length} long tasks${long.length === 0 ? '' : `, the longest of ${most.toFixed(0)} ms`}`,
    )
    assert.ok(tasks > 100, 'the trace has tasks')
    assert.ok(long.length === 0 || thread < 50, 'the thread was busy for 50 ms')
  })

  for (const digit of ['0', '1', '2', '3', '7'])
    await check(`recognises a ${digit} that a mouse draws`, async () => {
      await visitor.draw(digit)
      assert.match(await visitor.verdict(digit), new RegExp(`a ${digit} \\(`))
    })
  for (const digit of ['1', '7'])
    await check(`recognises a ${digit} that a finger draws`, async () => {
      await visitor.touch(digit)
      assert.match(await visitor.verdict(digit), new RegExp(`a ${digit} \\(`))
    })
  await pictures(visitor, part.name)

  await check('can be used with the keyboard alone, and shows where it is', async () => {
    if (await pause.isDisabled()) {
      await startAgain('0')
      await visitor.reach(part.learned)
    }
    await pause.focus()
    // Focus is shown to those who use keys.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Shift+Tab')
    const order: string[] = []
    for (let i = 0; i < 6; i++) {
      if (i > 0) await page.keyboard.press('Tab')
      const [id, outline] = await page.evaluate(() => {
        const { activeElement } = document
        const { outlineStyle, outlineWidth } = getComputedStyle(activeElement ?? document.body)
        return [activeElement?.id ?? '', `${outlineStyle} ${outlineWidth}`] as const
      })
      order.push(id)
      assert.equal(outline, 'solid 3px', id)
    }
    assert.deepEqual(order, ['pause', 'seed', 'reset', 'clear', 'drawing', 'save'])
    // A 7: along the top, then down to the left.
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Delete')
    assert.equal(await visitor.text('pen'), 'Cleared')
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Space')
    assert.equal(await visitor.text('pen'), 'Brush down')
    assert.equal(await page.locator('#brush').isVisible(), true)
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight')
    for (let i = 0; i < 7; i++) for (const key of ['Down', 'Down', 'Left']) await page.keyboard.press(`Arrow${key}`)
    await page.keyboard.press('Space')
    assert.match(await visitor.verdict('7'), /a 7 \(/)
  })

  await check('pauses, reads drawings meanwhile, and goes on', async () => {
    const held = await hold()
    assert.equal(await pause.textContent(), 'Continue')
    await visitor.draw('1')
    assert.match(await visitor.verdict('1'), /a 1 \(/)
    assert.equal(await step(), held)
    await pause.press('Enter')
    await visitor.reach(held + 2)
  })

  await check('starts again: the same seed gives the same curves, another one others', async () => {
    const again = async (seed: string): Promise<readonly string[]> => {
      await startAgain(seed)
      await visitor.reach(part.compared)
      await hold()
      return visitor.curves()
    }
    await hold()
    const first = await visitor.curves()
    const [same, other] = [await again('0'), await again('12345')]
    const training = (curves: readonly string[]) => linesOf(curves, 'training').slice(0, part.compared)
    assert.equal(training(first).length, part.compared)
    assert.deepEqual(training(same), training(first))
    assert.equal(linesOf(same, 'held out')[0], linesOf(first, 'held out')[0])
    assert.notDeepEqual(training(other), training(first))
    const steps = training(same).map((line) => Number(line.split(',')[1]))
    assert.deepEqual(
      steps,
      Array.from({ length: part.compared }, (_, i) => i + 1),
    )
  })

  await check('says nothing in the console', async () => assert.deepEqual(visitor.complaints, []))
  await page.context().close()
}

const useAlone = async (browser: Browser, url: string): Promise<void> => {
  await check('where threads cannot share memory it says so, and learns with one', async () => {
    const visitor = await visit(browser, `${url}?threads=2`)
    await visitor.reach(30)
    assert.match(await visitor.text('device'), /^CPU, 1 thread, not 2, for this page is not isolated/)
    assert.deepEqual(visitor.complaints, [])
    await visitor.page.context().close()
  })
}

const useStrictly = async (browser: Browser, url: string): Promise<void> => {
  await check('where no thread may begin it says so once that shows, and learns with one', async () => {
    const visitor = await visit(browser, `${url}?threads=2`)
    await visitor.reach(30)
    assert.match(await visitor.text('device'), /^CPU, 1 thread, not 2, for its workers did not begin/)
    assert.deepEqual(
      visitor.complaints.filter((complaint) => !complaint.includes('Content Security Policy')),
      [],
    )
    await visitor.page.context().close()
  })
}

if (!existsSync(executablePath)) throw new Error(`no Chromium at ${executablePath}: install it, or set CHROMIUM`)
const wanted = process.argv.slice(2)
const page = await servePage()
try {
  for (const part of parts) {
    if (wanted.length > 0 && !wanted.includes(part.name)) continue
    console.log(part.name)
    const browser = await launch(part.flags)
    await use(browser, page.isolated, part)
    if (part.name === 'cpu') {
      await useAlone(browser, page.plain)
      await useStrictly(browser, page.strict)
    }
    await browser.close()
  }
} finally {
  await page.close()
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
