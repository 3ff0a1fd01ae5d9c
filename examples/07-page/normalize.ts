/**
 * Makes of a drawing what MNIST made of its scans: the ink's bounding box is scaled to 20 x 20 pixels, its shape kept, with
 * grey at the edges; then it is moved by whole pixels, so that its centre of mass is in the middle of 28 x 28. (In the
 * data the centre is within half a pixel of pixel 14, and the longer side of the box is 20 pixels.)
 */

export const side = 28
const box = 20
const middle = 14

/** Columns and rows of a picture that have ink: from the first, up to the one after the last. */
const extent = (
  ink: Float32Array,
  size: number,
): readonly [left: number, top: number, right: number, bottom: number] => {
  let [left, top, right, bottom] = [size, size, 0, 0]
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      if (ink[y * size + x] === 0) continue
      if (x < left) left = x
      if (x >= right) right = x + 1
      if (y < top) top = y
      bottom = y + 1
    }
  return [left, top, right, bottom]
}

/** How much of a pixel [at, at + 1] lies in [from, to]. */
const overlap = (from: number, to: number, at: number): number => Math.max(0, Math.min(to, at + 1) - Math.max(from, at))

/** `ink`: size x size numbers from 0 to 1, row by row. The picture is 28 x 28; undefined where there is no ink. */
export const normalizeDrawing = (ink: Float32Array, size: number): Float32Array | undefined => {
  const [left, top, right, bottom] = extent(ink, size)
  if (right <= left) return undefined
  const scale = box / Math.max(right - left, bottom - top)
  // Every pixel of the drawing is a small square that gives its ink to the pixels it falls on.
  const small = new Float32Array(box * box)
  let [mass, massX, massY] = [0, 0, 0]
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const value = ink[y * size + x]
      if (value === 0) continue
      const x0 = (x - left) * scale
      const y0 = (y - top) * scale
      const x1 = x0 + scale
      const y1 = y0 + scale
      for (let row = Math.floor(y0); row < Math.min(box, y1); row++)
        for (let column = Math.floor(x0); column < Math.min(box, x1); column++)
          small[row * box + column] += value * overlap(x0, x1, column) * overlap(y0, y1, row)
      mass += value
      massX += value * ((x0 + x1) / 2)
      massY += value * ((y0 + y1) / 2)
    }
  // Pixel i has its middle at i + 0.5. All ink stays within the picture.
  const shift = (center: number, extent: number): number =>
    Math.max(0, Math.min(side - Math.ceil(extent), Math.round(middle + 0.5 - center)))
  const shiftX = shift(massX / mass, (right - left) * scale)
  const shiftY = shift(massY / mass, (bottom - top) * scale)
  const picture = new Float32Array(side * side)
  for (let row = 0; row < box; row++)
    for (let column = 0; column < box; column++) {
      const value = small[row * box + column]
      if (value > 0) picture[(row + shiftY) * side + column + shiftX] = Math.min(1, value)
    }
  return picture
}
