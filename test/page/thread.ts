/**
 * What keeps the page's own thread. `longtask` entries tell the time on the wall, which on a busy machine is also the time
 * of others; the browser's trace tells how long the thread itself has run.
 */
import type { Browser, Page } from 'playwright'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Microseconds: on the wall, and of the thread. */
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** The longest task of any page's own thread, in milliseconds, while `act` goes on. */
export const longestTask = async (
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<{ readonly wall: number; readonly thread: number; readonly tasks: number }> => {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => ph === 'X' && /RunTask$/.test(name) && main.has(`${pid} ${tid}`),
  )
  const most = (of: (event: TraceEvent) => number | undefined): number =>
    tasks.reduce((most, task) => Math.max(most, (of(task) ?? 0) / 1000), 0)
  return { wall: most(({ dur }) => dur), thread: most(({ tdur }) => tdur), tasks: tasks.length }
}
