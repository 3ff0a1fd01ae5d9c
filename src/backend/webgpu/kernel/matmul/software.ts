/**
 * Which kernel computes a product where shaders run on the processor. It has no tiles in workgroup memory: reading that
 * takes as long as reading any memory, and every access in a shader takes 10 to 40 ms to compile. Products are direct, by
 * small tiles in registers as large as a tiled kernel's: what is read for each product is what counts.
 *
 * Measured on lavapipe (Mesa 25): a tile of 32 by 64 takes 1.2 to 1.9 s to compile, a direct kernel of 8 by 8 a third.
 */
import { type Direct, longest } from './direct.js'
import type { Sizes } from './problem.js'

/** Invocations that a processor computes at once, in the lanes of its vectors. */
const together = 8
const processors = 2
/** In cycles, for a vector of invocations: of an access, and of what else a turn of the loop takes. */
const access = 24
const turn = 30
/** Compiling, shared among a hundred runs of a shader: for an access, and for a result. */
const compileAccess = 400_000
const compileResult = 30_000

const { ceil, max } = Math

type Choice = Omit<Direct, 'alongK'>

const costOf = ({ rows, columns }: Choice, { batch, m, n, k }: Sizes): number => {
  const [results, ends] = [rows * columns, rows + columns]
  const vectors = ceil((batch * ceil(m / rows) * ceil(n / columns)) / together)
  const each = k * (2 * results + access * ends + turn) + results * 2 * access
  const compile = compileAccess * ends + compileResult * results * (k > longest ? 4 : 1)
  return each * max(vectors, processors) + compile
}

/** Ends of the small tile of one invocation: no more than there are. */
const endsOf = (size: number): number[] => [1, 2, 4, 8].filter((end) => end === 1 || end < 2 * size)

/** No lanes share a sum: what joins them takes a second to compile, and there are few processors to share it. */
export const softwareStrategy = (sizes: Sizes): Choice => {
  const { batch, m, n } = sizes
  const candidates = endsOf(m).flatMap((rows) =>
    endsOf(n).map((columns): Choice => {
      const isLarge = batch * ceil(m / rows) * ceil(n / columns) >= 1024
      return { rows, columns, lanes: 1, blocks: isLarge ? 8 * together : together }
    }),
  )
  return candidates
    .map((each) => [costOf(each, sizes), each] as const)
    .reduce((best, next) => (next[0] < best[0] ? next : best))[1]
}
