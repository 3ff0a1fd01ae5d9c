/**
 * A backend written from the README's section "Writing a backend" alone: it imports the package's types and nothing else.
 * It runs instructions one after another on lists of numbers, as plainly as can be.
 */
import type { Backend, DType, HostArray, Instruction, Program, ScanProgram } from 'pullback'
import { binary, cast, isLess, reductions, rounding, unary } from './scalar.js'

type List = readonly number[]
interface Operand {
  readonly dtype: DType
  readonly shape: List
  readonly numbers: List
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
}
const toHost = (numbers: List, dtype: DType): HostArray => arrays[dtype].from(numbers)

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
const pick = (places: List, from: List): number[] => places.map((place) => from[place])
const times = (a: List, b: List): number[] => a.map((x, i) => x * b[i])
const dot = (a: List, b: List): number => times(a, b).reduce((sum, x) => sum + x, 0)
const sizeOf = (shape: List): number => shape.reduce((size, length) => size * length, 1)
const stridesOf = (shape: List): number[] => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
/** offset + the sum of index times stride, for every place of `shape` in row-major order. */
const places = (shape: List, strides: List, offset = 0): number[] =>
  shape.reduce((all, length, axis) => all.flatMap((at) => range(length).map((i) => at + i * strides[axis])), [offset])

/** The elements of x as if it were broadcast to `shape`. */
const spread = (x: Operand, shape: List): number[] => {
  const lead = shape.length - x.shape.length
  const strides = shape.map((_, axis) => (x.shape[axis - lead] === 1 ? 0 : (stridesOf(x.shape)[axis - lead] ?? 0)))
  return pick(places(shape, strides), x.numbers)
}
/** Where the elements of windows, [lead, size, count], lie in an image [lead, spatial]. */
const windows = (image: List, shape: List, attributes: List): number[] => {
  const n = attributes.length / 3
  const [stride, dilation] = [attributes.slice(n, 2 * n), attributes.slice(2 * n)]
  const [lead, spatial] = [stridesOf(image).slice(0, -n), stridesOf(image).slice(-n)]
  return places(shape, [...lead, ...times(spatial, dilation), ...times(spatial, stride)])
}
/** Adds values to an array of zeros, in order; those at place -1 are dropped. */
const added = ({ shape, dtype }: Instruction, at: List, values: List): List => {
  const out = new Array<number>(sizeOf(shape)).fill(0)
  for (const [i, place] of at.entries()) if (place >= 0) out[place] = rounding[dtype](out[place] + values[i])
  return out
}
/** For each index, the places of its row's elements in a table; -1 where it is outside. */
const rows = (indices: List, [count, ...rest]: List): number[] =>
  indices.flatMap((row) => range(sizeOf(rest)).map((i) => (row >= 0 && row < count ? row * sizeOf(rest) + i : -1)))

/** What is no function of single elements. */
const ops: Readonly<Record<string, (instruction: Instruction, ...operands: Operand[]) => List>> = {
  constant: ({ attributes }) => attributes,
  iota: ({ shape }) => range(sizeOf(shape)),
  barrier: (_, x) => x.numbers,
  reshape: (_, x) => x.numbers,
  broadcast: ({ shape }, x) => spread(x, shape),
  cast: ({ dtype }, x) => x.numbers.map((a) => rounding[dtype](cast(a, x.dtype, dtype))),
  bitcast: ({ dtype }, x) => [...new arrays[dtype](toHost(x.numbers, x.dtype).buffer as ArrayBuffer)],
  select: ({ shape }, x, y, z) => {
    const [a, b] = [spread(y, shape), spread(z, shape)]
    return spread(x, shape).map((chosen, i) => (chosen === 1 ? a[i] : b[i]))
  },
  permute: ({ shape, attributes }, x) => pick(places(shape, pick(attributes, stridesOf(x.shape))), x.numbers),
  slice: ({ shape, attributes }, x) => {
    const strides = stridesOf(x.shape)
    const steps = attributes.slice(shape.length)
    return pick(places(shape, times(strides, steps), dot(strides, attributes)), x.numbers)
  },
  flip: ({ shape, attributes }, x) => {
    const strides = stridesOf(shape).map((stride, axis) => (attributes.includes(axis) ? -stride : stride))
    const last = attributes.reduce((at, axis) => at - (shape[axis] - 1) * strides[axis], 0)
    return pick(places(shape, strides, last), x.numbers)
  },
  pad: ({ shape, attributes }, x, value) => {
    const before = shape.map((_, axis) => attributes[2 * axis])
    const out = new Array<number>(sizeOf(shape)).fill(value.numbers[0])
    const inside = places(x.shape, stridesOf(shape), dot(before, stridesOf(shape)))
    for (const [i, at] of inside.entries()) out[at] = x.numbers[i]
    return out
  },
  concat: ({ shape, attributes: [axis] }, ...parts) => {
    const part = ({ shape, numbers }: Operand, row: number): List => {
      const size = sizeOf(shape.slice(axis))
      return numbers.slice(row * size, (row + 1) * size)
    }
    return range(sizeOf(shape.slice(0, axis))).flatMap((row) => parts.flatMap((each) => part(each, row)))
  },
  dynamicSlice: ({ shape }, x, starts) => {
    const most = shape.map((size, axis) => x.shape[axis] - size)
    const corner = most.map((last, axis) => Math.min(Math.max(starts.numbers[axis], 0), last))
    return pick(places(shape, stridesOf(x.shape), dot(stridesOf(x.shape), corner)), x.numbers)
  },
  window: ({ shape, attributes }, x) => pick(windows(x.shape, shape, attributes), x.numbers),
  overlapAdd: (own, x) => added(own, windows(own.shape, x.shape, own.attributes), x.numbers),
  gather: (_, table, { numbers }) => rows(numbers, table.shape).map((at) => table.numbers[at] ?? 0),
  scatterAdd: (own, { numbers }, updates) => added(own, rows(numbers, own.shape), updates.numbers),
  matmul: ({ shape, dtype }, x, y) => {
    const [batch, [m, n], k] = [shape.slice(0, -2), shape.slice(-2), x.shape.at(-1) as number]
    const [a, b, round] = [spread(x, [...batch, m, k]), spread(y, [...batch, k, n]), rounding[dtype]]
    return range(sizeOf(shape)).map((at) => {
      const [row, column] = [Math.floor(at / n) * k, Math.floor(at / (m * n)) * k * n + (at % n)]
      return range(k).reduce((total, i) => round(total + round(a[row + i] * b[column + i * n])), 0)
    })
  },
  argSort: ({ shape }, x) => {
    const length = shape[shape.length - 1]
    return range(x.numbers.length / length).flatMap((row) => {
      const own = x.numbers.slice(row * length, (row + 1) * length)
      return range(length).sort((i, j) => Number(isLess(own[j], own[i])) - Number(isLess(own[i], own[j])))
    })
  },
  cumulativeSum: ({ shape, dtype, attributes: [axis] }, x) => {
    const [out, inner] = [[...x.numbers], sizeOf(shape.slice(axis + 1))]
    for (const i of range(out.length))
      if (Math.floor(i / inner) % shape[axis] > 0) out[i] = rounding[dtype](out[i - inner] + out[i])
    return out
  },
}

const compute = (instruction: Instruction, operands: readonly Operand[]): List => {
  const { op, dtype, shape, attributes } = instruction
  const [x, y] = operands
  if (op in ops) return ops[op](instruction, ...operands)
  if (op in unary) return x.numbers.map((a) => rounding[dtype](unary[op](a)))
  if (op in binary) {
    const b = spread(y, shape)
    return spread(x, shape).map((a, i) => rounding[dtype](binary[op](a, b[i], x.dtype)))
  }
  const kept = range(x.shape.length).filter((axis) => !attributes.includes(axis))
  const inside = places(pick(attributes, x.shape), pick(attributes, stridesOf(x.shape)))
  const begins = places(shape, pick(kept, stridesOf(x.shape)))
  return begins.map((begin) =>
    reductions[op](
      inside.map((at) => x.numbers[begin + at]),
      x.dtype,
    ),
  )
}

/** The last carry, then the stacked results. */
const scan = (body: ScanProgram, inputs: readonly List[], scalars: List): readonly List[] => {
  const { program, length, reverse, carry, sequences, stacked } = body
  const slices = (step: number): readonly List[] =>
    inputs
      .slice(carry, carry + sequences)
      .map((whole) => whole.slice((step * whole.length) / length, ((step + 1) * whole.length) / length))
  const steps: List[][] = range(stacked).map(() => [])
  let state = inputs.slice(0, carry)
  for (const step of reverse ? range(length).reverse() : range(length)) {
    const results = interpret(program, [...state, ...slices(step), ...inputs.slice(carry + sequences)], scalars)
    state = results.slice(0, carry)
    for (const s of range(stacked)) steps[s][step] = results[carry + s]
  }
  return [...state, ...steps.map((each) => each.flat())]
}

const interpret = ({ instructions, outputs }: Program, inputs: readonly List[], scalars: List): List[] => {
  const results: (readonly List[])[] = []
  for (const instruction of instructions) {
    const [{ op, dtype, body }, number] = [instruction, instruction.attributes[0]]
    const given = instruction.inputs.map((i) => results[i][0])
    const operands = instruction.inputs.map((i, k) => ({ ...instructions[i], numbers: given[k] }))
    if (op === 'input') results.push([inputs[number]])
    else if (op === 'scalar') results.push([[rounding[dtype](scalars[number])]])
    else if (op === 'project') results.push([results[instruction.inputs[0]][number]])
    else results.push(body === undefined ? [compute(instruction, operands)] : scan(body, given, scalars))
  }
  return outputs.map((output) => results[output][0])
}

/** A buffer is a list of numbers that nobody changes, so that several may be one. */
export const toy: Backend<List, 'sync'> = {
  name: 'toy',
  mode: 'sync',
  dtypes: ['float32', 'int32', 'uint32', 'bool'],
  compile: (program, { keep }) => ({
    run: (inputs, scalars) => {
      const given = inputs.map((value) => (value.kind === 'host' ? [...value.data] : value.buffer))
      return interpret(program, given, scalars).map((buffer, i) => {
        const { dtype } = program.instructions[program.outputs[i]]
        return keep === 'host' ? { kind: 'host', data: toHost(buffer, dtype) } : { kind: 'device', buffer }
      })
    },
    describe: () => ({
      kernels: program.instructions.map(({ op, shape }) => ({ kernel: op, shape, flops: 0, bytes: 0 })),
      workspaceBytes: 0,
    }),
    dispose: () => {},
  }),
  upload: (data) => [...data],
  download: (buffer, dtype) => toHost(buffer, dtype),
  release: () => {},
}
