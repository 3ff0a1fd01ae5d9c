/**
 * Loop nests before code: dropping, ordering and joining dims. A pointer is what walks through the nest: an access, or the
 * running number of an iota.
 */

export interface Nest {
  readonly dims: readonly number[]
  /** For every pointer, how far a step in each dim moves it. */
  readonly strides: readonly (readonly number[])[]
}

export const permuteNest = ({ dims, strides }: Nest, order: readonly number[]): Nest => ({
  dims: order.map((d) => dims[d]),
  strides: strides.map((list) => order.map((d) => list[d])),
})

const isJoint = ({ dims, strides }: Nest, d: number): boolean =>
  strides.every((list) => list[d] === list[d + 1] * dims[d + 1])

/** Without dims of size 1, and with neighbours joined where every pointer walks through both as through one. */
export const simplify = (nest: Nest): Nest => {
  let result = permuteNest(
    nest,
    nest.dims.map((_, d) => d).filter((d) => nest.dims[d] !== 1),
  )
  for (let d = result.dims.length - 2; d >= 0; d--)
    if (isJoint(result, d)) {
      const { dims, strides } = result
      const size = dims[d] * dims[d + 1]
      result = {
        dims: [...dims.slice(0, d), size, ...dims.slice(d + 2)],
        strides: strides.map((list) => [...list.slice(0, d), ...list.slice(d + 1)]),
      }
    }
  return result
}

/** What reading or writing a vector costs, by the stride of the innermost dim in elements. */
const vectorCost = (stride: number): number =>
  stride === 0 ? 0.1 : stride === 1 ? 1 : stride === -1 ? 2 : stride === 2 ? 2.5 : 6

/** Cost of an element when `d` is innermost: vectors that are not full, strides, and what a row costs by itself. */
const innermostCost = ({ dims, strides }: Nest, d: number, unit: number): number => {
  const size = dims[d]
  const access = strides.reduce((cost, list) => cost + vectorCost(list[d] / unit), 1)
  return (Math.ceil(size / 4) * access + 3 + strides.length) / size
}

/**
 * The nest in the best order for vectors: dims by the way they lie in memory (that of the first pointer decides), then
 * the cheapest innermost. Only for nests whose places are independent of one another. `unit` is an element's stride.
 */
export const ordered = (nest: Nest, unit: number): Nest => {
  const first = nest.strides[0] ?? []
  const places = nest.dims.map((_, d) => d).filter((d) => nest.dims[d] !== 1)
  const byStride = [...places].sort((a, b) => Math.abs(first[b] ?? 0) - Math.abs(first[a] ?? 0) || a - b)
  const sorted = simplify(permuteNest(nest, byStride))
  const innermost = cheapestInnermost(sorted, unit)
  if (innermost === sorted.dims.length - 1) return sorted
  const order = [...sorted.dims.keys()].filter((d) => d !== innermost)
  return simplify(permuteNest(sorted, [...order, innermost]))
}

const cheapestInnermost = (nest: Nest, unit: number): number => {
  let best = nest.dims.length - 1
  for (let d = best - 1; d >= 0; d--)
    if (innermostCost(nest, d, unit) < innermostCost(nest, best, unit) * 0.95) best = d
  return best
}
