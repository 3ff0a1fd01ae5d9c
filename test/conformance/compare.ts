/** Errors against golden arrays, in units of the tolerance: at most 1 passes. */
import type { GoldenArray } from './cases.js'

export type Quantity = 'forward' | 'gradient' | 'trajectory'

const float32: Readonly<Record<Quantity, number>> = { forward: 1e-5, gradient: 5e-5, trajectory: 2e-4 }
const float64 = 1e-9

export interface Comparison {
  readonly what: string
  /** The largest |got - want| / (atol + rtol |want|). */
  readonly ratio: number
  /** The largest |got - want|. */
  readonly error: number
}

/** Where shapes differ, or a NaN stands, the error is infinite. */
export const compare = (
  what: string,
  got: { readonly shape: readonly number[]; readonly data: ArrayLike<number> } | undefined,
  want: GoldenArray,
  quantity: Quantity,
  dtype: 'float32' | 'float64',
): Comparison => {
  const none = { what, ratio: Number.POSITIVE_INFINITY, error: Number.POSITIVE_INFINITY }
  if (got === undefined || got.shape.join() !== want.shape.join()) return { ...none, what: `${what} (shape)` }
  const tolerance = dtype === 'float64' ? float64 : float32[quantity]
  const scale = want.data.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1)
  let [ratio, error] = [0, 0]
  for (let i = 0; i < want.data.length; i++) {
    const [a, b] = [got.data[i] as number, want.data[i] as number]
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
    const distance = Math.abs(a - b)
    if (!Number.isFinite(distance)) return none
    error = Math.max(error, distance)
    ratio = Math.max(ratio, distance / (tolerance * scale + tolerance * Math.abs(b)))
  }
  return { what, ratio, error }
}
