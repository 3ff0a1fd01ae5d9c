/** What a run tells while it goes on: a bar that stays on its line in a terminal, plain lines elsewhere. */

/** Where a run stands. */
export interface ProgressReport {
  /** Steps done and to do. */
  readonly step: number
  readonly steps: number
  /** Of this epoch so far. */
  readonly measures: Readonly<Record<string, number>>
  /** Epochs count from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Examples a second, of late. */
  readonly speed: number
  readonly secondsLeft: number
}

/** What of an output stream is used. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly write: (text: string) => unknown
}

/** Where a run says how far it is. */
export interface Progress {
  readonly report: (report: ProgressReport) => void
  /** A line that stays. */
  readonly line: (text: string) => void
}

const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  const two = (n: number): string => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** A measure for people: a share in percent, another number with four digits. */
export const showMeasure = (name: string, value: number): string =>
  name.toLowerCase().endsWith('accuracy') ? `${name} ${(100 * value).toFixed(2)} %` : `${name} ${value.toFixed(4)}`

/** All of them, in their order. */
export const showMeasures = (measures: Readonly<Record<string, number>>): string =>
  Object.entries(measures)
    .map(([name, value]) => showMeasure(name, value))
    .join('  ')

/** The line of a bar, at most `width` characters. */
export const progressLine = (report: ProgressReport, width: number): string => {
  const { step, steps, measures, epoch, epochs, speed, secondsLeft } = report
  const head = `epoch ${epoch}/${epochs} `
  const shown = Object.entries(measures).map(([name, value]) => showMeasure(name, value))
  const tail = ` ${[...shown, `${Math.round(speed)} images/s`, `${clock(secondsLeft)} left`].join(' ')}`
  const room = Math.min(30, width - head.length - tail.length - 2)
  const filled = Math.round((room * step) / Math.max(1, steps))
  const bar = room >= 5 ? `[${'#'.repeat(filled)}${'-'.repeat(room - filled)}]` : ''
  return `${head}${bar}${tail}`.slice(0, width)
}

/**
 * Progress on a stream. In a terminal the bar is drawn at most ten times a second; elsewhere only lines are written.
 * `now` gives milliseconds.
 *
 * @example
 * import { progressOn } from 'pullback/node'
 *
 * const lines: string[] = []
 * const progress = progressOn({ write: (text) => lines.push(text) }, () => performance.now())
 * progress.line('42,310 parameters')
 * lines // => ['42,310 parameters\n']
 */
export const progressOn = (stream: Terminal, now: () => number): Progress => {
  let drawn = ''
  let last = Number.NEGATIVE_INFINITY
  const erase = (): void => {
    if (drawn !== '') stream.write(`\r${' '.repeat(drawn.length)}\r`)
    drawn = ''
  }
  return {
    report: (report) => {
      if (stream.isTTY !== true || now() - last < 100) return
      last = now()
      const line = progressLine(report, (stream.columns || 80) - 1)
      stream.write(`\r${line.padEnd(drawn.length)}`)
      drawn = line
    },
    line: (text) => {
      erase()
      stream.write(`${text}\n`)
    },
  }
}
