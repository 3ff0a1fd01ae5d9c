/** Code that walks pointers through a run of dims of a nest, in row-major order. */
import type { Code, Local } from '../emit/code.js'
import { i32, type Locals, when } from '../emit/instructions.js'
import { extentAt, type Layout, sizeAt, strideAt } from '../plan/layout.js'

export interface Cursor {
  /** Moves the pointers from the first place of the dims to place `flat`, which is lost. */
  readonly seek: (flat: Local) => Code
  /** Moves them on by one place; after the last to the first. */
  readonly advance: Code
}

/** `dims` are neighbours, outermost first; `pointers` maps numbers of pointers to the locals that hold them. */
export const cursor = (
  locals: Locals,
  descriptor: Local,
  layout: Layout,
  dims: readonly number[],
  pointers: readonly (readonly [number, Local])[],
): Cursor => {
  const places = dims.map(() => locals.i32())
  const move = (d: number, by: (p: number) => Code): Code =>
    pointers.map(([p, local]) => local.set(i32.add(local, by(strideAt(layout, p, d)))))
  const stride = (address: number): Code => i32.load(descriptor, address)
  const moveTo = (i: number): Code => move(dims[i], (address) => i32.mul(places[i], i32.load(descriptor, address)))

  const seek = (flat: Local): Code =>
    dims.map((_, reversed): Code => {
      const i = dims.length - 1 - reversed
      if (i === 0) return [places[0].set(flat), moveTo(0)]
      const size = i32.load(descriptor, sizeAt(layout, dims[i]))
      return [places[i].set(i32.remainderUnsigned(flat, size)), flat.set(i32.divUnsigned(flat, size)), moveTo(i)]
    })

  const step = (i: number): Code => {
    if (i < 0) return []
    const d = dims[i]
    return [
      move(d, stride),
      places[i].set(i32.add(places[i], 1)),
      when(i32.greaterOrEqual(places[i], i32.load(descriptor, sizeAt(layout, d))), [
        places[i].set(0),
        pointers.map(([p, local]) => local.set(i32.sub(local, i32.load(descriptor, extentAt(layout, p, d))))),
        step(i - 1),
      ]),
    ]
  }
  return { seek, advance: step(dims.length - 1) }
}
