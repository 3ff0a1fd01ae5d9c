/** Learning curves on a canvas. Drawing twelve hundred steps takes about a millisecond. */
import type { Point } from './protocol.js'

export interface CurveOptions {
  readonly measure: 'loss' | 'accuracy'
  /** The last step of the run. */
  readonly steps: number
  readonly training: readonly Point[]
  readonly heldOut: readonly Point[]
}

interface Axis {
  /** From 0 at the bottom to 1 at the top. */
  readonly place: (value: number) => number
  readonly ticks: readonly (readonly [value: number, label: string])[]
}

/** Logarithmic: what is learned late would not be seen otherwise. */
const lossAxis = (least: number): Axis => {
  const bottom = Math.max(-4, Math.min(-1, Math.floor(Math.log10(least))))
  const top = Math.log10(4)
  const decades = Array.from({ length: 1 - bottom }, (_, i) => 10 ** (bottom + i))
  return {
    place: (value) => (Math.log10(Math.max(value, 1e-9)) - bottom) / (top - bottom),
    ticks: decades.map((value) => [value, String(Number(value.toPrecision(1)))]),
  }
}

/** Logarithmic in what is wrong: from 90 % to 99 % is as far as from 0 % to 90 %. */
const accuracyAxis: Axis = {
  place: (value) => -Math.log10(1.003 - Math.min(1, value)) / -Math.log10(0.003),
  ticks: [
    [0, '0 %'],
    [0.5, '50 %'],
    [0.9, '90 %'],
    [0.99, '99 %'],
    [1, '100 %'],
  ],
}

/** Running means, so that the noise of single batches does not hide the way they go. */
const smoothed = (values: readonly number[]): readonly number[] => {
  let [sum, weight] = [0, 0]
  return values.map((value) => {
    sum = 0.93 * sum + value
    weight = 0.93 * weight + 1
    return sum / weight
  })
}

export const drawCurves = (canvas: HTMLCanvasElement, { measure, steps, training, heldOut }: CurveOptions): void => {
  const { clientWidth: width, clientHeight: height } = canvas
  const ratio = devicePixelRatio
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
  const context = canvas.getContext('2d')
  if (context === null) return
  const style = getComputedStyle(canvas)
  const colour = (name: string): string => style.getPropertyValue(name)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)

  const values = training.map((point) => point[measure])
  const means = smoothed(values)
  const least = [...means, ...heldOut.map((point) => point[measure])].reduce((a, b) => Math.min(a, b), 0.1)
  const axis = measure === 'loss' ? lossAxis(least) : accuracyAxis
  const [left, right, top, bottom] = [50, width - 6, 8, height - 22]
  const x = (step: number): number => left + ((right - left) * step) / steps
  const y = (value: number): number => bottom - (bottom - top) * Math.max(-0.02, Math.min(1.02, axis.place(value)))

  context.font = `12px ${style.fontFamily}`
  context.lineWidth = 1
  context.fillStyle = colour('--soft')
  context.strokeStyle = colour('--line')
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const [value, label] of axis.ticks) {
    context.fillText(label, left - 7, y(value))
    context.beginPath()
    context.moveTo(left, Math.round(y(value)) + 0.5)
    context.lineTo(right, Math.round(y(value)) + 0.5)
    context.stroke()
  }
  context.textBaseline = 'alphabetic'
  for (const [share, align] of [
    [0, 'left'],
    [0.5, 'center'],
    [1, 'right'],
  ] as const) {
    context.textAlign = align
    const label = String(Math.round(share * steps))
    context.fillText(share === 1 ? `step ${label}` : label, x(share * steps), height - 4)
  }

  const line = (points: readonly (readonly [step: number, value: number])[], width: number, alpha: number): void => {
    context.lineWidth = width
    context.globalAlpha = alpha
    context.lineJoin = 'round'
    context.lineCap = 'round'
    context.beginPath()
    for (const [step, value] of points) context.lineTo(x(step), y(value))
    context.stroke()
    context.globalAlpha = 1
  }
  context.strokeStyle = colour('--training')
  // The accuracy of 64 digits takes a few values only: a line through them would be a fence.
  if (measure === 'loss')
    line(
      training.map(({ step }, i) => [step, values[i]]),
      1,
      0.22,
    )
  line(
    training.map(({ step }, i) => [step, means[i]]),
    2,
    1,
  )
  context.strokeStyle = colour('--held-out')
  line(
    heldOut.map((point) => [point.step, point[measure]]),
    2.5,
    1,
  )
  const last = heldOut[heldOut.length - 1]
  if (last === undefined) return
  context.fillStyle = colour('--held-out')
  context.beginPath()
  context.arc(x(last.step), y(last[measure]), 4, 0, 2 * Math.PI)
  context.fill()
}

/** What the curves say, for those who do not see them. */
export const describeCurves = ({ measure, training, heldOut }: CurveOptions): string => {
  const show = (value: number | undefined): string => {
    if (value === undefined) return 'not measured'
    return measure === 'loss' ? value.toPrecision(3) : `${(100 * value).toFixed(1)} %`
  }
  const means = smoothed(training.map((point) => point[measure]))
  const name = measure === 'loss' ? 'Loss' : 'Accuracy'
  return `${name} after ${training.length} steps: ${show(means[means.length - 1])} in training, ${show(heldOut[heldOut.length - 1]?.[measure])} on digits held out, ${show(heldOut[0]?.[measure])} at the start`
}

/** All points as lines of comma-separated values, every digit kept. */
export const curvesAsCsv = (training: readonly Point[], heldOut: readonly Point[]): string =>
  [
    'split,step,loss,accuracy',
    ...training.map(({ step, loss, accuracy }) => `training,${step},${loss},${accuracy}`),
    ...heldOut.map(({ step, loss, accuracy }) => `held out,${step},${loss},${accuracy}`),
    '',
  ].join('\n')
