/**
 * From the regions that a shader uses to its bindings.
 *
 * Every region is a binding of its own where it may be. Regions of one slot become one binding where their stretches meet
 * (WebGPU refuses two views of one place when one of them writes), and where there would be too many bindings.
 */
import { type Binding, elementBytes, type Limits, type Region } from '../dispatch.js'

/** How a shader uses a region. */
export interface Use {
  readonly region: Region
  readonly stores: boolean
}

export interface Bound extends Binding {
  /** Positions of its regions in the list of uses. */
  readonly uses: readonly number[]
}

/** Bindings begin at multiples of so many bytes. */
const alignment = 256

const endOf = ({ offset, size }: Bound): number => offset + size

const join = (a: Bound, b: Bound): Bound => {
  const offset = Math.min(a.offset, b.offset)
  return {
    slot: a.slot,
    offset,
    size: Math.max(endOf(a), endOf(b)) - offset,
    access: a.access,
    ...(a.half ? { half: true } : {}),
    uses: [...a.uses, ...b.uses].sort((x, y) => x - y),
  }
}

const meet = (a: Bound, b: Bound): boolean => a.slot === b.slot && a.offset < endOf(b) && b.offset < endOf(a)

/** Adds a stretch to those that do not meet. */
const added = (bindings: readonly Bound[], next: Bound): Bound[] => {
  const other = bindings.find((each) => meet(each, next))
  if (other === undefined) return [...bindings, next]
  return added(
    bindings.filter((each) => each !== other),
    join(other, next),
  )
}

/** Joins neighbours of one slot until there are at most `limits.storageBuffers`. */
const fitted = (bindings: readonly Bound[], limits: Limits): readonly Bound[] => {
  if (bindings.length <= limits.storageBuffers) return bindings
  let best: { readonly a: Bound; readonly b: Bound; readonly joined: Bound } | undefined
  bindings.forEach((a, i) => {
    for (const b of bindings.slice(i + 1)) {
      if (a.slot !== b.slot) continue
      const joined = join(a, b)
      const fits = elementBytes(joined) * joined.size <= 4 * limits.bindingElements
      if (fits && (best === undefined || joined.size < best.joined.size)) best = { a, b, joined }
    }
  })
  if (best === undefined)
    throw new Error(
      `internal: a kernel needs ${bindings.length} storage buffers, and there are ${limits.storageBuffers}`,
    )
  const { a, b, joined } = best
  // What lies between the two is in the joined stretch, too.
  return fitted(
    added(
      bindings.filter((each) => each !== a && each !== b),
      joined,
    ),
    limits,
  )
}

export const bind = (uses: readonly Use[], limits: Limits): readonly Bound[] => {
  const written = new Set(uses.filter(({ stores }) => stores).map(({ region }) => region.slot))
  let bindings: readonly Bound[] = []
  uses.forEach(({ region }, position) => {
    const unit = alignment / elementBytes(region)
    const offset = Math.floor(region.offset / unit) * unit
    bindings = added(bindings, {
      slot: region.slot,
      offset,
      size: Math.max(1, region.offset + region.size - offset),
      access: written.has(region.slot) ? 'read_write' : 'read',
      ...(region.half ? { half: true } : {}),
      uses: [position],
    })
  })
  // In the order in which the shader first uses them, so that equal kernels have equal sources.
  return [...fitted(bindings, limits)].sort((a, b) => a.uses[0] - b.uses[0])
}
