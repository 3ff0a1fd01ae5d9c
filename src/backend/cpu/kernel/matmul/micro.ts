/**
 * The innermost part of a matrix product: a tile of 4 by 8 results from a packed panel of each operand. Eight
 * accumulators, two vectors of b and one element of a in all lanes fit into the registers; larger tiles spill. It is a
 * function of its own, which engines optimise early and well.
 *
 * The loop over k is written out eight times, for what a turn costs beside its arithmetic, and can be left after every
 * step: sums are then complete before the next step loads. Where it cannot, V8 up to Node 22 loads ahead, runs out of
 * registers and is half as fast.
 *
 * There are two of it. `exact` rounds after the product and after the sum, everywhere alike. `relaxed` may round once,
 * where the processor has such an instruction, so that its bits depend on the machine.
 */
import type { Code, FunctionDefinition, Local } from '../../emit/code.js'
import { call, define, doInTurnWhile, i32, range, when } from '../../emit/instructions.js'
import { f32x4, v128 } from '../../emit/simd.js'

export const tileRows = 4
export const tileColumns = 8

const rows = [0, 1, 2, 3] as const
const halves = [0, 1] as const
/** Steps of k that a turn of the loop has. */
const steps = [0, 1, 2, 3, 4, 5, 6, 7] as const

export type Arithmetic = 'exact' | 'relaxed'

const multiplyAdd: Readonly<Record<Arithmetic, (a: Local, b: Local, total: Local) => Code>> = {
  exact: (a, b, total) => f32x4.add(total, f32x4.mul(a, b)),
  relaxed: f32x4.relaxedMultiplyAdd,
}

const microOf = (arithmetic: Arithmetic): FunctionDefinition =>
  define(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (locals, ...params) => {
    const [k, a, b, c, stride, accumulate] = params
    const totals = rows.map(() => halves.map(() => locals.v128()))
    const columns = halves.map(() => locals.v128())
    const element = locals.v128()
    const eachRow = (store: (total: Local, half: number) => Code): Code =>
      totals.map((row) => [row.map((total, half) => store(total, half)), c.set(i32.add(c, stride))])
    const step = (i: number): Code => [
      columns.map((column, half) => column.set(v128.load(b, 32 * i + 16 * half))),
      totals.map((row, r) => [
        element.set(v128.loadSplat(a, 16 * i + 4 * r)),
        row.map((total, half) => total.set(multiplyAdd[arithmetic](element, columns[half], total))),
      ]),
    ]
    const next: Code = [
      a.set(i32.add(a, 16 * steps.length)),
      b.set(i32.add(b, 32 * steps.length)),
      k.set(i32.sub(k, steps.length)),
    ]
    return [
      doInTurnWhile(
        steps.map((i) => (i < steps.length - 1 ? [step(i), i32.notEqual(k, i + 1)] : [[step(i), next], k.get])),
      ),
      when(
        accumulate,
        eachRow((total, half) => v128.store(c, f32x4.add(v128.load(c, 16 * half), total), 16 * half)),
        eachRow((total, half) => v128.store(c, total, 16 * half)),
      ),
    ]
  })

/** (k, a, b, c, stride of c in bytes, whether to add to what is in c) */
export const micro: Readonly<Record<Arithmetic, FunctionDefinition>> = {
  exact: microOf('exact'),
  relaxed: microOf('relaxed'),
}

/** Stores the first `count` (1 to 4) lanes. */
export const storeFew = (address: Local, value: Local, count: Local, offset = 0): Code =>
  when(i32.greaterOrEqual(count, 4), v128.store(address, value, offset), [
    v128.storeLane(address, value, 0, offset),
    when(i32.greater(count, 1), v128.storeLane(address, value, 1, offset + 4)),
    when(i32.greater(count, 2), v128.storeLane(address, value, 2, offset + 8)),
  ])

const tileBytes = 4 * tileColumns
/** (rows, columns, tile, c, stride of c, accumulate): the part of a whole tile that lies inside the matrix. */
const copyTile = define(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (locals, ...params) => {
  const [height, width, tile, c, stride, accumulate] = params
  const [x, row, rest] = [locals.v128(), locals.i32(), locals.i32()]
  const half = (offset: number, count: Local): Code => [
    x.set(v128.load(tile, offset)),
    when(accumulate, x.set(f32x4.add(v128.load(c, offset), x))),
    storeFew(c, x, count, offset),
  ]
  return [
    rest.set(i32.sub(width, 4)),
    range(row, 0, height, 1, [
      half(0, width),
      when(i32.greater(rest, 0), half(16, rest)),
      tile.set(i32.add(tile, tileBytes)),
      c.set(i32.add(c, stride)),
    ]),
  ]
})

/** A tile at the edge, of `height` by `width` results, by way of `tile`. */
export const edgeTile = (
  arithmetic: Arithmetic,
  args: readonly [k: Local, a: Code, b: Code, c: Local, stride: Local, accumulate: Local],
  height: Local,
  width: Local,
  tile: Local,
): Code => {
  const [k, a, b, c, stride, accumulate] = args
  return [
    call(micro[arithmetic], k, a, b, tile, tileBytes, 0),
    call(copyTile, height, width, tile, c, stride, accumulate),
  ]
}
