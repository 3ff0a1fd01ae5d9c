/**
 * How one side of a tile comes into workgroup memory.
 *
 * The stage holds, for each of `depth` values of k, the tile's rows (or columns) in fours: a slot is a vec4f of four
 * rows, number k * slots + slot. Which rows make a slot is free. They are neighbours, but where elements are read one by
 * one along the rows: there slot s has rows s, s + slots, s + 2 slots, s + 3 slots of the tile, so that neighbouring
 * invocations read neighbouring elements.
 *
 * Elements are read into registers while the stage still holds the tile before, and stored in it later. Rows beyond the
 * matrix read the last one, which nobody stores; beyond the last k both sides are 0.
 */
import type { Shader } from '../../emit/shader.js'
import { declareMatrix, declareOffset } from './offsets.js'
import type { Axis, Side } from './problem.js'

export interface LoaderOptions {
  /** Distinguishes the names of the two sides. */
  readonly name: 'a' | 'b'
  /** Rows of the matrix, and of the tile. */
  readonly count: number
  readonly rows: number
  /** The first row of the tile, a u32 expression. */
  readonly origin: string
  /** Values of k: of the matrix, and of the stage. */
  readonly k: number
  readonly depth: number
  readonly threads: number
  /** Where the side begins in the stage. */
  readonly begin: number
}

export interface Loader {
  /** Before the loop over k. */
  readonly setup: string
  /** Reads the stage that begins at the u32 `first` of k. */
  readonly read: string
  /** Stores what was read. */
  readonly store: string
  /** The row of the tile that is component `lane` of `slot`: u32 expressions. */
  readonly rowOf: (slot: string, lane: string) => string
  /** Whether the rows of a slot are neighbours. */
  readonly neighbours: boolean
}

const inner = ({ dims, strides }: Axis): readonly [size: number, stride: number] =>
  dims.length === 0 ? [1, 0] : [dims[dims.length - 1], strides[strides.length - 1]]

const fours = (numbers: readonly number[]): boolean => numbers.every((n) => n % 4 === 0)

/** Whether neighbours along `axis` can be read in fours. */
const inFours = (shader: Shader, side: Side, axis: Axis, other: Axis): boolean => {
  const [size, stride] = inner(axis)
  return (
    stride === 1 &&
    fours([size, side.offset, ...axis.strides.slice(0, -1), ...other.strides, ...side.batch.strides]) &&
    shader.canVector(side.buffer)
  )
}

export type Way = 'rows in fours' | 'k in fours' | 'along rows' | 'along k'

export const wayOf = (shader: Shader, side: Side, depth: number): Way => {
  if (inFours(shader, side, side.own, side.depth)) return 'rows in fours'
  if (depth % 4 === 0 && inFours(shader, side, side.depth, side.own)) return 'k in fours'
  const along = (axis: Axis): number => {
    const [size, stride] = inner(axis)
    return Math.abs(stride) === 1 ? size : 0
  }
  return along(side.depth) > along(side.own) ? 'along k' : 'along rows'
}

/** Slot and k (or four of k) of unit `unit`, so that memory is read and the stage is written without conflicts. */
const unitCode = (
  way: Way,
  slots: number,
  depths: number,
  threads: number,
): { readonly slot: string; readonly depth: string } => {
  const unit = 'localIndex'
  const mixed = (way === 'k in fours' || way === 'along k') && depths % 4 === 0 && threads % (4 * slots) === 0
  if (!mixed) return { slot: `${unit} % ${slots}u`, depth: `${unit} / ${slots}u` }
  const low = Math.min(8, slots)
  const high = slots / low
  const slot = `${unit} % ${low}u`
  return {
    slot: high === 1 ? slot : `${slot} + ${unit} / ${4 * low}u % ${high}u * ${low}u`,
    depth: `${unit} / ${low}u % 4u + ${unit} / ${4 * slots}u * 4u`,
  }
}

const lanes = [0, 1, 2, 3] as const
const parts = ['x', 'y', 'z', 'w'] as const

export const loaderOf = (shader: Shader, side: Side, options: LoaderOptions): Loader => {
  const { name, count, rows, origin, k, depth, threads, begin } = options
  const way = wayOf(shader, side, depth)
  const slots = rows / 4
  const neighbours = way !== 'along rows'
  const oneStart = way === 'rows in fours'
  const rowOf = (slot: string, lane: string): string =>
    neighbours ? `${slot} * 4u + ${lane}` : `${slot} + ${lane} * ${slots}u`
  const depths = way === 'k in fours' ? depth / 4 : depth
  const units = slots * depths
  const turns = Math.ceil(units / threads)
  const turnDepth = Math.floor(threads / slots)
  const masked = k % depth !== 0
  const guard = (code: string): string => (units < threads ? `if (localIndex < ${units}u) {\n${code}\n}` : code)
  const own = unitCode(way, slots, depths, threads)

  const starts = oneStart ? [0] : lanes
  const setup = [
    declareMatrix(`${name}Matrix`, side),
    `let ${name}Slot = ${own.slot};`,
    `let ${name}Depth = ${own.depth};`,
    ...starts.map((lane) => {
      const row = `${origin} + ${rowOf(`${name}Slot`, `${lane}u`)}`
      const last = oneStart ? count - 4 : count - 1
      const flat = count % rows === 0 ? row : `min(${row}, ${last}u)`
      return `let ${name}Row${lane} = i32(${flat});\n${declareOffset(`${name}Start${lane}`, side.own, `${name}Row${lane}`, `${name}Matrix`)}`
    }),
  ]

  const turnsOf = Array.from({ length: turns }, (_, turn) => turn)
  const register = (turn: number, lane: number): string => `${name}Read${turn}_${lane}`
  const registers = way === 'k in fours' ? lanes : [0]
  setup.push(...turnsOf.flatMap((turn) => registers.map((lane) => `var ${register(turn, lane)}: vec4f;`)))

  const read = turnsOf.map((turn) => {
    const at = `${name}K${turn}`
    const start =
      way === 'k in fours' ? `${name}Depth * 4u + ${4 * turn * turnDepth}u` : `${name}Depth + ${turn * turnDepth}u`
    const lines = [`let ${at} = first + ${start};`]
    const last = way === 'k in fours' ? k - 4 : k - 1
    const offset = `${name}Along${turn}_`
    lines.push(declareOffset(offset, side.depth, masked ? `i32(min(${at}, ${last}u))` : `i32(${at})`))
    const zeroed = (value: string): string => (masked ? `select(vec4f(), ${value}, ${at} < ${k}u)` : value)
    if (way === 'rows in fours')
      lines.push(`${register(turn, 0)} = ${zeroed(shader.loadVector(side.buffer, `${name}Start0 + ${offset}`))};`)
    else if (way === 'k in fours')
      for (const lane of lanes)
        lines.push(
          `${register(turn, lane)} = ${zeroed(shader.loadVector(side.buffer, `${name}Start${lane} + ${offset}`))};`,
        )
    else {
      const values = lanes.map((lane) => shader.load(side.buffer, `${name}Start${lane} + ${offset}`))
      lines.push(`${register(turn, 0)} = ${zeroed(`vec4f(${values.join(', ')})`)};`)
    }
    return lines.join('\n')
  })

  const place = (turn: number, lane: number): string => {
    const at =
      way === 'k in fours'
        ? `${name}Depth * 4u + ${4 * turn * turnDepth + lane}u`
        : `${name}Depth + ${turn * turnDepth}u`
    return `stage[${begin}u + (${at}) * ${slots}u + ${name}Slot]`
  }
  const store = turnsOf.flatMap((turn) =>
    way === 'k in fours'
      ? parts.map(
          (part, lane) =>
            `${place(turn, lane)} = vec4f(${lanes.map((row) => `${register(turn, row)}.${part}`).join(', ')});`,
        )
      : [`${place(turn, 0)} = ${register(turn, 0)};`],
  )
  return { setup: setup.join('\n'), read: guard(read.join('\n')), store: guard(store.join('\n')), rowOf, neighbours }
}
