/**
 * Loop kernels: a body for every place of a nest. The last dim is vectorised. Units are rows of it, or, where it is the
 * only dim, pieces of `pieceLength` places.
 */
import type { Code, FunctionDefinition, Local } from '../emit/code.js'
import { define, doWhile, i32, type Locals, when } from '../emit/instructions.js'
import type { StrideClass, StructuredBody } from '../plan/body.js'
import { kernelType } from '../plan/launch.js'
import { type Layout, sizeAt, strideAt } from '../plan/layout.js'
import { cursor } from './cursor.js'
import { phasedRow, straightRow } from './phases.js'
import { type VectorCode, vectorCode } from './vector.js'

export const pieceLength = 256

/** All vectors of a row of `length` places; in phases where there is scratch memory for them. */
const rowCode = (
  locals: Locals,
  vectors: VectorCode,
  offset: Local,
  length: Local,
  scratch: Local | undefined,
): Code => {
  const [end, rest] = [locals.i32(), locals.i32()]
  const row = { vectors, offset, end, each: [], reads: [] }
  return [
    offset.set(0),
    end.set(i32.shiftLeft(i32.and(length, -4), 2)),
    rest.set(i32.and(length, 3)),
    vectors.row,
    scratch === undefined ? straightRow(row) : phasedRow(locals, row, scratch),
    when(rest, [vectors.vector(rest), vectors.stores(rest)]),
  ]
}

export const writeLoop = (
  rank: number,
  structure: StructuredBody,
  classes: readonly StrideClass[],
  phased: boolean,
): FunctionDefinition =>
  define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end, memory] = params
    const scratch = phased ? memory : undefined
    const layout: Layout = { head: 0, rank, pointers: classes.length }
    const offset = locals.i32()
    const length = locals.i32()
    const dim = rank - 1
    const vectors = vectorCode(locals, { descriptor, layout, structure, classes, dim, offset, rows: true })
    const numbered = vectors.pointers.map((local, p) => [p, local] as const)
    const size = i32.load(descriptor, sizeAt(layout, dim))
    if (rank === 1) {
      const last = locals.i32()
      return [
        begin.set(i32.mul(begin, pieceLength)),
        length.set(i32.mul(end, pieceLength)),
        last.set(size),
        length.set(i32.sub(i32.min(length, last), begin)),
        vectors.start,
        numbered.map(([p, local]) =>
          local.set(i32.add(local, i32.mul(begin, i32.load(descriptor, strideAt(layout, p, 0))))),
        ),
        vectors.once,
        rowCode(locals, vectors, offset, length, scratch),
      ]
    }
    const rows = cursor(
      locals,
      descriptor,
      layout,
      Array.from({ length: dim }, (_, d) => d),
      numbered,
    )
    const left = locals.i32()
    return [
      left.set(i32.sub(end, begin)),
      length.set(size),
      vectors.start,
      rows.seek(begin),
      vectors.once,
      doWhile([rowCode(locals, vectors, offset, length, scratch), rows.advance], left.tee(i32.sub(left, 1))),
    ]
  })
