/**
 * A backend written from the README's section "Writing a backend" alone: it imports the package and nothing else. It runs
 * instructions one after another on lists of numbers, as plainly as can be.
 */
import {
  type Backend,
  type Compute,
  type DType,
  describeProgram,
  type HostArray,
  type Instruction,
  type InstructionOp,
  interpret,
  type Operand,
} from 'pullback'
import { type StridedView, scalarFunction, stridedView } from 'pullback/reference'

type List = readonly number[]
type Op = (instruction: Instruction, ...operands: readonly Operand<List>[]) => List

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
}
const toHost = (numbers: List, dtype: DType): HostArray => arrays[dtype].from(numbers)
const scalar = (op: InstructionOp, dtype: DType, from?: DType) => scalarFunction(op, dtype, from)!

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
const pick = (places: List, from: List): number[] => places.map((place) => from[place])
const sizeOf = (shape: List): number => shape.reduce((size, length) => size * length, 1)
/** In equal parts. */
const cut = (numbers: List, count: number): List[] => {
  const size = numbers.length / count
  return range(count).map((i) => numbers.slice(i * size, (i + 1) * size))
}

/** For every place of `shape` in row-major order, where a view has it. */
const places = (shape: List, { offset, strides }: StridedView): number[] =>
  shape.reduce((all, length, axis) => all.flatMap((at) => range(length).map((i) => at + i * strides[axis])), [offset])
/** Where an op that only moves elements finds those of its result, in an array of shape `from`. */
const placesOf = (op: InstructionOp, shape: List, attributes: List, from: List): number[] =>
  places(shape, stridedView({ op, shape, attributes }, from)!)
/** Where a part of an array of shape `from` lies. */
const partOf = (from: List, begin: List, shape: List): number[] =>
  placesOf('slice', shape, [...begin, ...shape.map(() => 1)], from)
/** The elements of x as if it were broadcast to `shape`. */
const spread = (x: Operand<List>, shape: List): number[] => pick(placesOf('broadcast', shape, [], x.shape), x.data)

/** For each index, the places of its row's elements in a table; -1 where it is outside. */
const rows = (indices: List, [count, ...rest]: List): number[] =>
  indices.flatMap((row) => range(sizeOf(rest)).map((i) => (row >= 0 && row < count ? row * sizeOf(rest) + i : -1)))
/** Adds values to an array of zeros, in order; those at place -1 are dropped. */
const added = ({ shape, dtype }: Instruction, at: List, values: List): List => {
  const [out, add] = [new Array<number>(sizeOf(shape)).fill(0), scalar('add', dtype)]
  for (const [i, place] of at.entries()) if (place >= 0) out[place] = add(out[place], values[i])
  return out
}
/** What a function makes of all numbers along the axes that an instruction drops, for each place of the others. */
const reduced =
  (f: (numbers: List, dtype: DType) => number): Op =>
  ({ shape, attributes: axes }, x) => {
    const order = [...range(x.shape.length).filter((axis) => !axes.includes(axis)), ...axes]
    const numbers = pick(placesOf('permute', pick(order, x.shape), order, x.shape), x.data)
    return cut(numbers, sizeOf(shape)).map((each) => f(each, x.dtype))
  }
const folded = (op: InstructionOp, start: number): Op =>
  reduced((numbers, dtype) => numbers.reduce((total, x) => scalar(op, dtype)(total, x), start))
/** NaN is the largest, as argMax and argSort have it. */
const isLess = (a: number, b: number): boolean => (Number.isNaN(b) ? !Number.isNaN(a) : a < b)

/** What is neither a function of single elements nor another way to read one array. */
const ops: Readonly<Record<string, Op>> = {
  constant: ({ dtype, attributes: [value] }) => [scalar('cast', dtype, 'float64')(value)],
  iota: ({ shape }) => range(sizeOf(shape)),
  bitcast: ({ dtype }, x) => [...new arrays[dtype](toHost(x.data, x.dtype).buffer as ArrayBuffer)],
  pad: ({ shape, attributes }, x, value) => {
    const before = shape.map((_, axis) => attributes[2 * axis])
    const out = new Array<number>(sizeOf(shape)).fill(value.data[0])
    for (const [i, place] of partOf(shape, before, x.shape).entries()) out[place] = x.data[i]
    return out
  },
  concat: ({ shape, attributes: [axis] }, ...parts) => {
    const outer = sizeOf(shape.slice(0, axis))
    const rows = parts.map(({ data }) => cut(data, outer))
    return range(outer).flatMap((i) => rows.flatMap((each) => each[i]))
  },
  dynamicSlice: ({ shape }, x, starts) => {
    const corner = shape.map((size, axis) => Math.min(Math.max(starts.data[axis], 0), x.shape[axis] - size))
    return pick(partOf(x.shape, corner, shape), x.data)
  },
  overlapAdd: (own, x) => added(own, placesOf('window', x.shape, own.attributes, own.shape), x.data),
  gather: (_, table, { data }) => rows(data, table.shape).map((at) => table.data[at] ?? 0),
  scatterAdd: (own, { data }, updates) => added(own, rows(data, own.shape), updates.data),
  sum: folded('add', 0),
  prod: folded('mul', 1),
  max: folded('maximum', -Infinity),
  min: folded('minimum', Infinity),
  argMax: reduced((numbers) => numbers.reduce((best, x, i) => (isLess(numbers[best], x) ? i : best), 0)),
  matmul: ({ shape, dtype }, x, y) => {
    const [batch, [m, n], k] = [shape.slice(0, -2), shape.slice(-2), x.shape.at(-1)!]
    const [a, b] = [spread(x, [...batch, m, k]), spread(y, [...batch, k, n])]
    const [add, mul] = [scalar('add', dtype), scalar('mul', dtype)]
    return range(sizeOf(shape)).map((at) => {
      const [row, column] = [Math.floor(at / n) * k, Math.floor(at / (m * n)) * k * n + (at % n)]
      return range(k).reduce((total, i) => add(total, mul(a[row + i], b[column + i * n])), 0)
    })
  },
  argSort: ({ shape }, x) =>
    cut(x.data, sizeOf(shape.slice(0, -1))).flatMap((row) =>
      range(row.length).sort((i, j) => Number(isLess(row[j], row[i])) - Number(isLess(row[i], row[j]))),
    ),
  cumulativeSum: ({ shape, dtype, attributes: [axis] }, x) => {
    const [out, inner, add] = [[...x.data], sizeOf(shape.slice(axis + 1)), scalar('add', dtype)]
    for (const i of range(out.length)) if (Math.floor(i / inner) % shape[axis] > 0) out[i] = add(out[i - inner], out[i])
    return out
  },
}

const compute: Compute<List> = (instruction, operands) => {
  const { op, dtype, shape } = instruction
  if (op in ops) return ops[op](instruction, ...operands)
  const [x] = operands
  const view = stridedView(instruction, x.shape)
  if (view !== undefined) return pick(places(shape, view), x.data)
  const [f, lists] = [scalar(op, dtype, x.dtype), operands.map((each) => spread(each, shape))]
  return range(sizeOf(shape)).map((i) => f(...lists.map((list) => list[i])))
}

/** A buffer is a list of numbers that nobody changes, so that several may be one. */
export const toy: Backend<List, 'sync'> = {
  name: 'toy',
  mode: 'sync',
  dtypes: ['float32', 'int32', 'uint32', 'bool'],
  compile: (program, { keep }) => ({
    run: (inputs, scalars) => {
      const given = inputs.map((value) => (value.kind === 'host' ? [...value.data] : value.buffer))
      return interpret(program, compute, given, scalars).map((buffer, i) => {
        const { dtype } = program.instructions[program.outputs[i]]
        return keep === 'host' ? { kind: 'host', data: toHost(buffer, dtype) } : { kind: 'device', buffer }
      })
    },
    describe: () => describeProgram(program),
    dispose: () => {},
  }),
  upload: (data) => [...data],
  download: (buffer, dtype) => toHost(buffer, dtype),
  release: () => {},
}
