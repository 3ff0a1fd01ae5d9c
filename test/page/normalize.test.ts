/** Drawings are prepared as MNIST's were: its own digits, drawn large, come back as they are. */
import { readDigits } from 'pullback/node'
import { expect, test } from 'vitest'
import { normalizeDrawing } from '../../examples/07-page/normalize.js'

const read = await readDigits()
if (read._tag === 'Left') throw new Error(read.left.message)
const { images, labels } = read.right
const pixels = 28 * 28

/** Every pixel `by` times as large, moved, on a surface of 200 x 200. */
const enlarged = (picture: Float32Array, by: number, left: number, top: number): Float32Array => {
  const ink = new Float32Array(200 * 200)
  for (let y = 0; y < 28 * by; y++)
    for (let x = 0; x < 28 * by; x++)
      ink[(y + top) * 200 + x + left] = picture[Math.floor(y / by) * 28 + Math.floor(x / by)]
  return ink
}

test('a digit of MNIST, enlarged and moved, comes back', () => {
  let same = 0
  let count = 0
  for (let i = 0; i < labels.data.length; i += 37) {
    const picture = images.data.subarray(i * pixels, (i + 1) * pixels) as Float32Array
    const again = normalizeDrawing(enlarged(picture, 1 + (i % 7), i % 5, i % 3), 200)
    const difference = picture.reduce((most, x, k) => Math.max(most, Math.abs(x - again![k])), 0)
    count += 1
    // The data has a few whose centre is at half a pixel, or whose box is not 20: those are moved by a pixel.
    if (difference < 1e-5) same += 1
  }
  expect(same / count).toBeGreaterThan(0.97)
})

test('a line in a corner is put in the middle, and keeps its shape', () => {
  const ink = new Float32Array(200 * 200)
  for (let y = 0; y < 60; y++) ink.fill(1, (y + 3) * 200 + 180, (y + 3) * 200 + 189)
  const picture = normalizeDrawing(ink, 200)!
  const columns = Array.from({ length: 28 }, (_, x) =>
    picture.reduce((sum, value, i) => sum + (i % 28 === x ? value : 0), 0),
  )
  expect(columns.map((sum) => Math.round(sum)).slice(12, 18)).toEqual([0, 20, 20, 20, 0, 0])
  expect(columns.reduce((a, b) => a + b)).toBeCloseTo(60, 4)
})

test('nothing gives nothing', () => {
  expect(normalizeDrawing(new Float32Array(140 * 140), 140)).toBeUndefined()
})
