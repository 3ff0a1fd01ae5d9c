/**
 * Loops with operands that lie the other way round: neighbours of the last dim are far apart, those of another are
 * neighbours in memory. Tiles of such operands are read along the one, kept in workgroup memory, and used along the
 * other, so that reads and writes are both of neighbours.
 */
import { sizeOf } from '../../../array/shape.js'
import type { LoopKernel, Operand } from '../../../engine/kernel.js'
import type { Dispatch, KernelContext } from '../dispatch.js'
import { address, places } from '../emit/address.js'
import { emitBody } from '../emit/body.js'
import { typeOf } from '../emit/lanes.js'
import { newShader } from '../emit/shader.js'

/** Sides of a tile, and the invocations of a workgroup: `side` of them take a row each of `rows` turns. */
const side = 32
const turns = 8
const threads = (side * side) / turns
/** Fewer elements than this are read as they lie: caches hold them. */
const fewest = 65536
/** Rows are longer by one than what they hold, so that columns fall into different banks. */
const tileElements = side * (side + 1)

type Load = Extract<Operand, { readonly kind: 'load' }>

const isAcross = (operand: Operand, d: number, last: number): operand is Load =>
  operand.kind === 'load' &&
  Math.abs(operand.access.strides[d]) === 1 &&
  Math.abs(operand.access.strides[last]) >= side / 2

/** The dim along which most operands that lie across have their neighbours, and which operands these are. */
const across = (
  { dims, operands }: LoopKernel,
  room: number,
): { readonly d: number; readonly loads: readonly number[] } => {
  const last = dims.length - 1
  let best: { readonly d: number; readonly loads: readonly number[] } = { d: -1, loads: [] }
  for (let d = 0; d < last; d++) {
    if (dims[d] < side / 2) continue
    const loads = operands.flatMap((operand, v) => (isAcross(operand, d, last) ? [v] : [])).slice(0, room)
    if (loads.length > best.loads.length) best = { d, loads }
  }
  return best
}

/** Undefined for loops that gain nothing by it. */
export const transposed = (kernel: LoopKernel, context: KernelContext): Dispatch | undefined => {
  const { dims, operands, stores } = kernel
  const { limits } = context
  const last = dims.length - 1
  if (last < 1 || sizeOf(dims) < fewest || dims[last] < side / 2 || limits.invocations < threads) return undefined
  if (!stores.every(({ access }) => Math.abs(access.strides[last]) <= 1)) return undefined
  const { d, loads } = across(kernel, Math.floor(limits.workgroupMemory / (4 * tileElements)))
  if (loads.length === 0) return undefined

  const shader = newShader(context)
  const tiles = dims.map((size, i) => (i === d || i === last ? Math.ceil(size / side) : size))
  const groups = sizeOf(tiles)
  const y = Math.ceil(groups / limits.workgroups)
  const x = Math.ceil(groups / y)
  const tile = places(tiles, 'number', 't')
  const at = tile.at.map((each, i) => (i === d ? 'along' : i === last ? 'across' : each))
  const turn = (code: string): string => `for (var turn = 0i; turn < ${side}i; turn += ${side / turns}i) {\n${code}\n}`
  const inside = `along < ${dims[d]}i && across < ${dims[last]}i`

  const filled = loads.map((v, i) => {
    const { buffer, offset, strides } = (operands[v] as Load).access
    return `tile${i}[(row + turn) * ${side + 1}i + column] = ${shader.load(buffer, address({ offset, strides }, at))};`
  })
  const given = new Map(loads.map((v, i) => [v, `tile${i}[column * ${side + 1}i + row + turn]`]))
  const { code } = emitBody(shader, kernel, at, undefined, 1, given)
  return shader.finish({
    label: `loop ${dims.join('x')} in tiles`,
    workgroupSize: [threads, 1, 1],
    workgroups: [x, y, 1],
    declarations: loads
      .map((v, i) => `var<workgroup> tile${i}: array<${typeOf(operands[v].dtype)}, ${tileElements}>;`)
      .join('\n'),
    main: `let number = i32(group.y * ${x}u + group.x);
if (number >= ${groups}i) { return; }
${tile.code}
let column = i32(localIndex % ${side}u);
let row = i32(localIndex / ${side}u);
${turn(`let along = ${tile.at[d]} * ${side}i + column;
let across = ${tile.at[last]} * ${side}i + row + turn;
if (${inside}) {
${filled.join('\n')}
}`)}
workgroupBarrier();
${turn(`let along = ${tile.at[d]} * ${side}i + row + turn;
let across = ${tile.at[last]} * ${side}i + column;
if (${inside}) {
${code}
}`)}`,
  })
}
