import { expect, test } from 'vitest'
import { renderSvg } from '../../src/node/svg.js'
import { curves, type EpochRecord } from '../../src/plot/curves.js'

const records: readonly EpochRecord[] = [
  { epoch: 1, training: { loss: 0.5, accuracy: 0.8 }, heldOut: { loss: 0.4, accuracy: 0.85 } },
  { epoch: 2, training: { loss: 0.25, accuracy: 0.9 }, heldOut: { loss: Number.NaN, accuracy: 0.875 } },
]
const panels = (specification: unknown) =>
  (specification as { readonly hconcat: readonly { readonly data: { readonly values: readonly unknown[] } }[] }).hconcat

test('a panel for each measure, a point for each split and epoch, a gap where a value is not finite', () => {
  const [loss, accuracy, ...more] = panels(curves(records))
  expect(more).toEqual([])
  expect(loss!.data.values).toEqual([
    { epoch: 1, split: 'training', value: 0.5 },
    { epoch: 1, split: 'held out', value: 0.4 },
    { epoch: 2, split: 'training', value: 0.25 },
  ])
  expect(accuracy!.data.values).toHaveLength(4)
  expect(panels(curves(records, { measures: ['accuracy'] }))).toHaveLength(1)
})

test('a specification is plain data', () => {
  const specification = curves(records, { title: 'curves' })
  expect(JSON.parse(JSON.stringify(specification))).toEqual(specification)
})

const svgOf = async (list: readonly EpochRecord[]) => {
  const svg = await renderSvg(curves(list, { title: 'two curves' }))()
  if (svg._tag === 'Left') throw new Error(svg.left.message)
  return svg.right
}

test('Vega draws it, with titles, both lines and no warning', async () => {
  const svg = await svgOf(records)
  for (const text of ['two curves', 'training', 'held out', 'loss', 'accuracy', 'epoch'])
    expect(svg).toContain(`>${text}<`)
  expect(svg.match(/stroke="#0072b2"/g)!.length).toBeGreaterThanOrEqual(2)
  expect(await svgOf(records)).toBe(svg)
})

test('one epoch, or none, is drawn too', async () => {
  expect(await svgOf(records.slice(0, 1))).toMatch(/^<svg/)
  expect(await svgOf([])).toMatch(/^<svg/)
})

test('what Vega cannot draw is an error of one line', async () => {
  const result = await renderSvg({ mark: 'nothing', data: { url: 'file:///nowhere' } })()
  if (result._tag === 'Left') expect(result.left.message).toContain('The picture could not be drawn')
})
