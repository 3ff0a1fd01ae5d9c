/** Small arrays of numbers as pictures, one pixel each: the style sheet enlarges them. */

type Colour = readonly [red: number, green: number, blue: number]

/** The channels of a colour as the browser writes computed ones. */
const colourOf = (element: Element, name: string): Colour => {
  const probe = new OffscreenCanvas(1, 1).getContext('2d')
  if (probe === null) return [0, 0, 0]
  probe.fillStyle = getComputedStyle(element).getPropertyValue(name)
  const hex = Number.parseInt(String(probe.fillStyle).slice(1), 16)
  return [hex >> 16, (hex >> 8) & 255, hex & 255]
}

const paint = (canvas: HTMLCanvasElement, side: number, colourAt: (i: number) => Colour): void => {
  if (canvas.width !== side) canvas.width = side
  if (canvas.height !== side) canvas.height = side
  const image = new ImageData(side, side)
  for (let i = 0; i < side * side; i++) {
    image.data.set(colourAt(i), 4 * i)
    image.data[4 * i + 3] = 255
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0)
}

const mix = ([r, g, b]: Colour, [red, green, blue]: Colour, share: number): Colour => [
  Math.round(r + share * (red - r)),
  Math.round(g + share * (green - g)),
  Math.round(b + share * (blue - b)),
]

/** One picture for each filter: one colour for what is wanted, one for what is not, the paper's for neither. */
export const drawFilters = (group: HTMLElement, weights: Float32Array, count: number, side: number): void => {
  while (group.children.length < count) {
    const canvas = document.createElement('canvas')
    canvas.setAttribute('role', 'img')
    group.append(canvas)
  }
  const [paper, positive, negative] = ['--card', '--training', '--held-out'].map((name) => colourOf(group, name))
  const size = side * side
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-6)
  for (let i = 0; i < count; i++) {
    const canvas = group.children[i] as HTMLCanvasElement
    const filter = weights.subarray(i * size, (i + 1) * size)
    paint(canvas, side, (k) => mix(paper, filter[k] > 0 ? positive : negative, Math.abs(filter[k]) / largest))
    const rows = Array.from({ length: side }, (_, row) => filter.subarray(row * side, (row + 1) * side))
    canvas.setAttribute(
      'aria-label',
      `Filter ${i + 1}: ${rows.map((row) => [...row].map((x) => x.toFixed(1)).join(' ')).join('; ')}`,
    )
  }
}

/** Ink on paper. */
export const drawPixels = (canvas: HTMLCanvasElement, pixels: Float32Array | undefined, side: number): void => {
  const [paper, ink] = ['--paper', '--ink'].map((name) => colourOf(canvas, name))
  paint(canvas, side, (i) => mix(paper, ink, pixels?.[i] ?? 0))
}
