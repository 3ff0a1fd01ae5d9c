/**
 * A stream of numbers in [0, 1) for checks: enough to miss no mistake by symmetry, and nothing that a model should draw
 * from (that is src/random, which this room cannot see).
 */
export const uniformOf = (seed: number): (() => number) => {
  let counter = Math.imul(seed | 0, 0x9e3779b1)
  // The finaliser of MurmurHash3, over a counter.
  return () => {
    counter = (counter + 0x6d2b79f5) | 0
    let bits = counter
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return ((bits ^ (bits >>> 16)) >>> 0) / 0x100000000
  }
}
