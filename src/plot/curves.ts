/**
 * Learning curves as a Vega-Lite specification: plain data, which any renderer draws (`renderSvg` in `pullback/node`,
 * the Vega editor, a notebook).
 */

/** Means over one split at the end of an epoch: a name such as `loss` and its value. */
export type Measures = Readonly<Record<string, number>>

/** How well both splits are served after an epoch. Epochs count from 1. */
export interface EpochRecord {
  readonly epoch: number
  readonly training: Measures
  readonly heldOut: Measures
}

/** A Vega-Lite specification. */
export type Specification = Readonly<Record<string, unknown>>

/** What a picture of curves is called and shows. */
export interface CurveOptions {
  readonly title?: string
  /** Names of the measures, one panel each, in this order; those of the first record where left out. */
  readonly measures?: readonly string[]
}

interface Point {
  readonly epoch: number
  readonly split: string
  readonly value: number
}

// Two colours that differ in lightness too, for eyes and printers that see no hue (Okabe and Ito).
const splits = ['training', 'held out']
const colours = ['#0072b2', '#d55e00']

const pointsOf = (records: readonly EpochRecord[], measure: string): readonly Point[] =>
  records.flatMap(({ epoch, training, heldOut }) => [
    ...pointOf(epoch, splits[0], training[measure]),
    ...pointOf(epoch, splits[1], heldOut[measure]),
  ])

/** A measure that is missing or not finite leaves a gap. */
const pointOf = (epoch: number, split: string, value: number | undefined): readonly Point[] =>
  value !== undefined && Number.isFinite(value) ? [{ epoch, split, value }] : []

const percent = (measure: string): boolean => measure === 'accuracy' || measure.endsWith('Accuracy')

const panel = (records: readonly EpochRecord[], measure: string): Specification => ({
  width: 320,
  height: 240,
  data: { values: pointsOf(records, measure) },
  mark: { type: 'line', point: { size: 24 }, strokeWidth: 2 },
  encoding: {
    x: {
      field: 'epoch',
      type: 'quantitative',
      title: 'epoch',
      axis: { format: 'd', tickMinStep: 1, grid: false },
      scale: {
        domain: [Math.min(1, ...records.map(({ epoch }) => epoch)), Math.max(2, ...records.map(({ epoch }) => epoch))],
      },
    },
    y: {
      field: 'value',
      type: 'quantitative',
      title: measure,
      axis: percent(measure) ? { format: '.1%' } : {},
      scale: { zero: false, nice: true },
    },
    color: {
      field: 'split',
      type: 'nominal',
      title: null,
      scale: { domain: splits, range: colours },
      legend: { orient: 'top' },
    },
  },
})

/**
 * One panel for each measure, over epochs, with a line for each split.
 *
 * @example
 * import { curves } from 'pullback'
 *
 * const specification = curves([
 *   { epoch: 1, training: { loss: 0.4, accuracy: 0.88 }, heldOut: { loss: 0.2, accuracy: 0.94 } },
 *   { epoch: 2, training: { loss: 0.1, accuracy: 0.97 }, heldOut: { loss: 0.12, accuracy: 0.96 } },
 * ])
 */
export const curves = (records: readonly EpochRecord[], { title, measures }: CurveOptions = {}): Specification => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  ...(title === undefined ? {} : { title }),
  background: 'white',
  padding: 12,
  hconcat: (measures ?? Object.keys(records[0]?.training ?? { loss: 0 })).map((measure) => panel(records, measure)),
  config: {
    view: { stroke: null },
    axis: { labelFlush: false, labelFontSize: 11, titleFontSize: 12, gridColor: '#e5e5e5' },
  },
})
