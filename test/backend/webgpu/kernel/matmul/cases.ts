/** Random products, and how near a GPU's are to the interpreter's. */
import fc from 'fast-check'
import { sizeOf } from '../../../../../src/array/shape.js'
import type { Dims, ProductCase } from '../../../kernelCases/matmul.js'

/**
 * Sums of k random products of mean square 16/9 wander 3 * 4/3 * sqrt(k) far, and k roundings of that, each 2^-24 / sqrt(3)
 * at random, make 2.4 k 2^-24: four times that, mostly the interpreter's own.
 */
export const toleranceFor = (k: Dims) => ({ absolute: 2 ** -24 * 10 * Math.max(8, sizeOf(k)), relative: 2 ** -22 })

/** Sizes of the four axes, each a list of up to two dims. */
const axis = (most: number): fc.Arbitrary<Dims> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.integer({ min: 1, max: most })) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: Math.ceil(most / 4) })),
    },
    { weight: 1, arbitrary: fc.constant([]) },
  )

/** Strides of dims in any order, some of them 0, some negative, some overlapping. */
const layout = (dims: Dims, order: readonly number[], kinds: readonly number[]) => {
  const strides = dims.map(() => 0)
  const sorted = dims.map((_, d) => d).sort((x, y) => order[x]! - order[y]! || x - y)
  let next = 1
  let offset = 0
  for (const d of sorted.reverse()) {
    const kind = kinds[d]!
    if (kind === 0) continue
    const step = kind === 1 && next > 1 ? Math.max(1, Math.floor(next / 3)) : next
    strides[d] = kind === 2 ? -step : step
    if (kind === 2) offset += (dims[d]! - 1) * step
    next = Math.max(next, step * dims[d]!)
  }
  return { strides, offset }
}

export const randomCase = (most: number): fc.Arbitrary<ProductCase> =>
  fc
    .tuple(
      fc.oneof(fc.constant<Dims>([]), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 })),
      axis(most),
      axis(most),
      axis(most),
      ...[0, 1].flatMap(() => [
        fc.array(fc.nat(99), { minLength: 6, maxLength: 6 }),
        fc.array(fc.nat(7), { minLength: 6, maxLength: 6 }),
      ]),
    )
    .map(([batch, m, n, k, orderA, kindsA, orderB, kindsB]) => {
      const a = layout([...batch!, ...m!, ...k!], orderA!, kindsA!)
      const b = layout([...batch!, ...k!, ...n!], orderB!, kindsB!)
      const dims = [batch, m, n, k].map((list) => `[${list!.join()}]`)
      return {
        name: dims.join(' '),
        batch: batch!,
        m: m!,
        n: n!,
        k: k!,
        a: a.strides,
        b: b.strides,
        offset: [a.offset, b.offset] as const,
      }
    })
