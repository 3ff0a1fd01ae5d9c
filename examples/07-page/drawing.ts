/** A surface to draw on, with mouse, finger, pen or keyboard. Strokes are kept as lines, so they can be drawn in any colour. */

type Place = readonly [x: number, y: number]

export interface Surface {
  readonly clear: () => void
  /** inkSize x inkSize numbers from 0 to 1, row by row. */
  readonly ink: () => Float32Array
  /** Shows what was drawn; to be called in a frame after every change. */
  readonly redraw: () => void
}

/** Side of the surface, and of what is read of it. */
const size = 280
export const inkSize = 140
const width = 30
const [near, far] = [10, 40]

const arrows: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

const within = (x: number): number => Math.max(0, Math.min(size, x))

const drawStrokes = (
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: readonly (readonly Place[])[],
): void => {
  context.clearRect(0, 0, size, size)
  context.lineWidth = width
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const [start, ...rest] of strokes) {
    context.beginPath()
    context.moveTo(...start)
    // A dot is a line of no length.
    for (const place of rest.length === 0 ? [start] : rest) context.lineTo(...place)
    context.stroke()
  }
}

export const surfaceOn = (
  canvas: HTMLCanvasElement,
  brush: HTMLElement,
  changed: () => void,
  say: (text: string) => void,
): Surface => {
  let strokes: readonly (readonly Place[])[] = []
  let drawing = false
  let [down, at]: [boolean, Place] = [false, [size / 2, size / 4]]
  const pressed = new Set<string>()
  canvas.width = 2 * size
  canvas.height = 2 * size
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser has no canvas to draw on.')
  context.scale(2, 2)

  const mask = new OffscreenCanvas(inkSize, inkSize).getContext('2d', { willReadFrequently: true })
  mask?.scale(inkSize / size, inkSize / size)

  const redraw = (): void => {
    context.strokeStyle = getComputedStyle(canvas).color
    drawStrokes(context, strokes)
  }
  const update = (next: readonly (readonly Place[])[]): void => {
    strokes = next
    changed()
  }
  const begin = (place: Place): void => update([...strokes, [place]])
  const extend = (places: readonly Place[]): void =>
    update([...strokes.slice(0, -1), [...strokes[strokes.length - 1], ...places]])
  const clear = (): void => {
    drawing = false
    update([])
  }

  const placeOf = ({ clientX, clientY }: PointerEvent): Place => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return [within(((clientX - left) / width) * size), within(((clientY - top) / height) * size)]
  }
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.isPrimary) return
    brush.hidden = true
    setDown(false)
    canvas.setPointerCapture(event.pointerId)
    drawing = true
    begin(placeOf(event))
  })
  canvas.addEventListener('pointermove', (event) => {
    if (!drawing || !event.isPrimary) return
    const events = event.getCoalescedEvents()
    extend((events.length > 0 ? events : [event]).map(placeOf))
  })
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, () => {
      drawing = false
    })

  const showBrush = (): void => {
    const { clientWidth } = canvas
    brush.hidden = false
    brush.classList.toggle('down', down)
    const place = at.map((x) => (x / size) * clientWidth)
    brush.style.transform = `translate(${place[0]}px, ${place[1]}px) translate(-50%, -50%)`
  }
  const setDown = (next: boolean): void => {
    if (down !== next) say(next ? 'Brush down' : 'Brush up')
    down = next
  }
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key in arrows) {
      pressed.add(event.key)
      const by = event.shiftKey ? far : near
      const [dx, dy] = [...pressed].reduce<Place>(([x, y], key) => [x + arrows[key][0], y + arrows[key][1]], [0, 0])
      at = [within(at[0] + by * dx), within(at[1] + by * dy)]
      if (down) extend([at])
    } else if (event.key === ' ') {
      if (!event.repeat) {
        setDown(!down)
        if (down) begin(at)
      }
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      setDown(false)
      clear()
      say('Cleared')
    } else return
    event.preventDefault()
    showBrush()
  })
  canvas.addEventListener('keyup', ({ key }) => pressed.delete(key))
  canvas.addEventListener('focus', () => {
    if (canvas.matches(':focus-visible')) showBrush()
  })
  canvas.addEventListener('blur', () => {
    pressed.clear()
    setDown(false)
    brush.hidden = true
  })

  return {
    clear: () => {
      setDown(false)
      clear()
    },
    ink: () => {
      const ink = new Float32Array(inkSize * inkSize)
      if (mask === null) return ink
      drawStrokes(mask, strokes)
      const { data } = mask.getImageData(0, 0, inkSize, inkSize)
      for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3] / 255
      return ink
    },
    redraw,
  }
}
