/**
 * The head of a reduction's descriptor and what both ways to reduce make of it: src/array/reduce.ts says which elements
 * form a block. A unit of a reduction computes one block of some kept places.
 */
import type { Code, Local } from '../emit/code.js'
import { either, i32, type Locals } from '../emit/instructions.js'

/** Byte offsets of the head's words. */
export const head = {
  /** Blocks for one kept place. */
  blocks: 0,
  /** Rows in a block, where rows are not cut into chunks. */
  rowsPerBlock: 4,
  rows: 8,
  rowLength: 12,
  /** 1 where rows are whole. */
  chunksPerRow: 16,
  chunkLength: 20,
  /** Bytes from the result of one block to that of the next. */
  blockStride: 24,
  /** Units in the innermost kept dim, where that is the one that is vectorised. */
  groups: 28,
} as const
export const headWords = 8

export interface Block {
  readonly firstRow: Local
  readonly rows: Local
  /** The elements of each row that belong to the block. */
  readonly start: Local
  readonly length: Local
  readonly code: Code
}

/** Which rows, and which elements of them, block number `block` of a kept place holds. */
export const blockCode = (locals: Locals, descriptor: Local, block: Local): Block => {
  const [firstRow, rows, start, length] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
  const word = (at: number): Code => i32.load(descriptor, at)
  const other = locals.i32()
  const code = [
    rows.set(1),
    other.set(word(head.chunksPerRow)),
    start.set(
      either(
        'i32',
        i32.equal(other, 1),
        [
          firstRow.set(i32.mul(block, word(head.rowsPerBlock))),
          rows.set(i32.sub(word(head.rows), firstRow)),
          other.set(word(head.rowsPerBlock)),
          rows.set(i32.min(rows, other)),
          i32.constant(0),
        ],
        [
          firstRow.set(i32.divUnsigned(block, other)),
          i32.mul(i32.remainderUnsigned(block, other), word(head.chunkLength)),
        ],
      ),
    ),
    length.set(i32.sub(word(head.rowLength), start)),
    other.set(word(head.chunkLength)),
    length.set(i32.min(length, other)),
  ]
  return { firstRow, rows, start, length, code }
}
