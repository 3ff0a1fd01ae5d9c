/**
 * 07: a page that learns.
 *
 *   npm run page            serves it, and says where
 *   npm run page:build      writes it to examples/07-page/dist, for any web server
 *
 * Example 03 in a browser tab. The library is the same, and so is the program: only the device differs (device.ts). All
 * training runs in a worker (worker.ts); this file is what the page shows of it.
 */
import { type CurveOptions, curvesAsCsv, describeCurves, drawCurves } from './curves.js'
import { inkSize, surfaceOn } from './drawing.js'
import { normalizeDrawing, side } from './normalize.js'
import { drawFilters, drawPixels } from './pictures.js'
import type { Point, Report, Request } from './protocol.js'

const element = <T extends HTMLElement = HTMLElement>(id: string): T => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no element ${id}.`)
  return found as T
}
const setText = (id: string, text: string): void => {
  const target = element(id)
  if (target.textContent !== text) target.textContent = text
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
const ask = (request: Request): void => worker.postMessage(request)

// ---- training ----

let run: { steps: number; stepsInEpoch: number; training: readonly Point[]; heldOut: readonly Point[]; speed: number } =
  {
    ...{ steps: 1, stepsInEpoch: 1, training: [], heldOut: [], speed: 0 },
  }
let state: 'opening' | 'training' | 'paused' | 'finished' | 'failed' = 'opening'
let device = ''
let filters: Extract<Report, { readonly kind: 'filters' }> | undefined

const pause = element<HTMLButtonElement>('pause')
const seed = element<HTMLInputElement>('seed')

const setState = (next: typeof state): void => {
  state = next
  document.body.className = next
  pause.textContent = next === 'paused' ? 'Continue' : next === 'finished' ? 'Finished' : 'Pause'
  pause.disabled = next !== 'training' && next !== 'paused'
  // The step that goes on is done before it waits.
  element('controls').ariaBusy = String(next === 'paused')
  element<HTMLButtonElement>('reset').disabled = next === 'opening' || next === 'failed'
}

const curvesOf = (measure: CurveOptions['measure']): CurveOptions => ({ measure, ...run })
const drawRun = (): void => {
  for (const measure of ['loss', 'accuracy'] as const)
    drawCurves(element<HTMLCanvasElement>(`${measure}-curve`), curvesOf(measure))
  const step = run.training[run.training.length - 1]?.step ?? 0
  const heldOut = run.heldOut[run.heldOut.length - 1]
  element<HTMLProgressElement>('progress').value = step / run.steps
  setText('step', String(step))
  setText('epoch', (step / run.stepsInEpoch).toFixed(1))
  setText('speed', run.speed === 0 ? '–' : run.speed.toFixed(run.speed < 10 ? 1 : 0))
  setText('accuracy', heldOut === undefined ? '–' : `${(100 * heldOut.accuracy).toFixed(1)} %`)
}
const showFilters = (): void => {
  if (filters !== undefined) drawFilters(element('filters'), filters.weights, filters.count, filters.side)
}

/** Draws in the next frame, once however often it is asked. */
const inNextFrame = (draw: () => void): (() => void) => {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      draw()
    })
  }
}
const redrawRun = inNextFrame(drawRun)

pause.addEventListener('click', () => {
  setState(state === 'paused' ? 'training' : 'paused')
  ask({ kind: 'pause', paused: state === 'paused' })
})
element<HTMLFormElement>('controls').addEventListener('submit', (event) => {
  event.preventDefault()
  ask({ kind: 'pause', paused: false })
  ask({ kind: 'reset', seed: seed.valueAsNumber })
})
element<HTMLAnchorElement>('save').addEventListener('click', ({ currentTarget }) => {
  const link = currentTarget as HTMLAnchorElement
  if (link.href.startsWith('blob:')) URL.revokeObjectURL(link.href)
  link.href = URL.createObjectURL(new Blob([curvesAsCsv(run.training, run.heldOut)], { type: 'text/csv' }))
})

// ---- drawing ----

let verdict: ReturnType<typeof setTimeout> | undefined

const bars = Array.from({ length: 10 }, (_, digit) => {
  const row = document.createElement('li')
  row.innerHTML = `<span>${digit}</span><span class="track" aria-hidden="true"><span class="fill"></span></span><span class="percent">–</span>`
  const [, track, percent] = row.children
  const fill = track.firstElementChild as HTMLElement
  fill.style.display = 'block'
  return { row, fill, percent }
})
element('probabilities').append(...bars.map(({ row }) => row))

const showProbabilities = (probabilities: readonly number[] | undefined): void => {
  const most = probabilities?.indexOf(Math.max(...probabilities))
  bars.forEach(({ row, fill, percent }, digit) => {
    const share = probabilities?.[digit]
    fill.style.transform = `scaleX(${share ?? 0})`
    percent.textContent = share === undefined ? '–' : `${(100 * share).toFixed(1)} %`
    row.classList.toggle('most', digit === most)
  })
  const share = most === undefined ? 0 : (probabilities?.[most] ?? 0)
  const text =
    most === undefined
      ? 'Nothing drawn yet.'
      : `${share > 0.5 ? 'It is' : 'Perhaps'} a ${most} (${(100 * share).toFixed(0)} %)`
  // Said when it has settled: a reader's voice does not follow every stroke.
  clearTimeout(verdict)
  verdict = setTimeout(() => setText('verdict', text), 150)
}

let pixels: Float32Array | undefined
const showSeen = (): void => {
  const seen = element<HTMLCanvasElement>('seen')
  drawPixels(seen, pixels, side)
  seen.setAttribute(
    'aria-label',
    `What the network sees: ${pixels === undefined ? 'nothing yet' : 'your digit, centred, in 28 by 28 pixels'}`,
  )
}
const look = (): void => {
  surface.redraw()
  pixels = normalizeDrawing(surface.ink(), inkSize)
  element('hint').hidden = pixels !== undefined
  showSeen()
  if (pixels === undefined) showProbabilities(undefined)
  ask({ kind: 'classify', pixels })
}
const lookSoon = inNextFrame(look)
const surface = surfaceOn(element<HTMLCanvasElement>('drawing'), element('brush'), lookSoon, (text) =>
  setText('pen', text),
)
element('clear').addEventListener('click', () => surface.clear())

// ---- what the worker tells ----

worker.addEventListener('message', ({ data: report }: MessageEvent<Report>) => {
  switch (report.kind) {
    case 'opened':
      device = report.device
      setText('device', `${device}: preparing …`)
      run = { ...run, steps: report.steps, stepsInEpoch: report.stepsInEpoch }
      break
    case 'renamed':
      device = report.device
      setText('device', run.training.length > 0 ? device : `${device}: preparing …`)
      break
    case 'began':
      run = { ...run, training: [], heldOut: [], speed: 0 }
      setState('training')
      redrawRun()
      break
    case 'progress':
      run = {
        ...run,
        training: [...run.training, ...report.training],
        heldOut: [...run.heldOut, ...report.heldOut],
        speed: report.stepsPerSecond,
      }
      if (report.training.length > 0) setText('device', device)
      if (report.heldOut.length > 0) {
        for (const measure of ['loss', 'accuracy'] as const)
          element(`${measure}-curve`).setAttribute('aria-label', describeCurves(curvesOf(measure)))
        // What is drawn is looked at again by a network that knows more.
        if (pixels !== undefined) ask({ kind: 'classify', pixels })
      }
      redrawRun()
      break
    case 'filters':
      filters = report
      showFilters()
      break
    case 'classified':
      if (pixels !== undefined) showProbabilities(report.probabilities)
      break
    case 'paused':
      if (state === 'paused') element('controls').ariaBusy = 'false'
      break
    case 'finished':
      setState('finished')
      break
    case 'failed':
      fail(report.message)
  }
})
const fail = (message: string): void => {
  setState('failed')
  const instead = document.createElement('a')
  instead.href = '?device=cpu'
  instead.textContent = 'Compute on the CPU instead.'
  const failure = element('failure')
  failure.replaceChildren(`${message} `, instead)
  failure.hidden = false
}
worker.addEventListener('error', ({ message }) => fail(message || 'The worker that trains could not be started.'))

// ---- the beginning ----

const redrawAll = (): void => {
  drawRun()
  showFilters()
  surface.redraw()
  showSeen()
}
new ResizeObserver(redrawRun).observe(element('loss-curve'))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll)
redrawAll()
const query = new URLSearchParams(location.search)
ask({
  kind: 'open',
  digits: new URL('digits.bin', document.baseURI).href,
  seed: seed.valueAsNumber,
  wanted: {
    device: query.get('device') === 'cpu' ? 'cpu' : 'any',
    threads: query.has('threads') ? Number(query.get('threads')) : undefined,
  },
})
