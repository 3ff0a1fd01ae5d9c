/** Where a block of tiles keeps what: words of the descriptor, and the scratch of a thread. */

/** Byte offsets of the descriptor's words. Steps count bytes. */
export const words = {
  inputs: 0,
  outputs: 4,
  /** Tiles of a block, a multiple of 8, and of all images. */
  block: 8,
  tiles: 12,
  /** Of tiles in an image. */
  tileRows: 16,
  tileColumns: 20,
  /** Of results in an image. */
  rows: 24,
  columns: 28,
  /** The transformed filters, and from place to place of them. */
  filters: 32,
  filterStep: 36,
  /** The images: a table of where each begins, and from input to input and from row to row. */
  images: 40,
  imageBatch: 44,
  imageInput: 48,
  imageRow: 52,
  /** The same of results, from output to output. */
  results: 56,
  resultBatch: 60,
  resultOutput: 64,
  resultRow: 68,
} as const

/**
 * Bytes from one of the 16 places of a tile to the next, in blocks of transformed tiles and of their sums: a constant, so
 * that it is part of the instructions. Of its multiples no two meet in the first-level cache.
 */
export const streamBytes = 24000
/** Tiles of a block at most: more do not make it faster. */
export const widestBlock = 64

/** Where a tile lies. */
export const placeBytes = 20
export const placeAt = {
  /** Address of its first element in the first input. */
  image: 0,
  /** Bytes from there to its last row; to the third row where the fourth is beyond the image. */
  lastRow: 4,
  /** Address of its first result in the first output. */
  result: 8,
  /** See `cuts`. */
  cut: 12,
  /** In the first of a group of four: the cuts of all four. */
  groupCut: 16,
} as const

/** Results of a tile that nobody wants, as bits. */
export const cuts = { column: 1, row: 2, all: 4 } as const

export const edgeAt = 0
export const placesAt = 256
export const inputsAt = placesAt + placeBytes * widestBlock
export const sumsAt = inputsAt + 16 * streamBytes
export const winogradScratch = sumsAt + 16 * streamBytes
