/**
 * The machine's own limits in the same run: SIMD multiply and add, and copying memory. WebAssembly modules of their own,
 * assembled here by hand, so that they share no code with the engine they are a yardstick for.
 *
 * What an engine makes of a loop depends on its shape, so that the limit is the best of several:
 * - chains, acc = acc + acc y, in registers alone. Eight wait for one another (a multiplication and an addition take six
 *   cycles); more keep both units busy until an engine runs out of registers, some at eleven.
 * - tiles of four by two, acc_ij = acc_ij + a_i b_j, as in a matrix product, but always of the same operands, which are
 *   read anew at every step, an element of a in all lanes or four of them. Held in registers they would not do: engines
 *   see that the products stay the same and leave multiplications out, also where the loop is written out several times.
 */
import { median } from './measure.js'

const unsigned = (n: number): number[] => {
  const out: number[] = []
  do {
    out.push(n > 127 ? (n & 127) | 128 : n)
    n >>>= 7
  } while (n > 0)
  return out
}
const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes]
const text = (s: string): number[] => [s.length, ...new TextEncoder().encode(s)]
const get = (i: number): number[] => [0x20, i]
const set = (i: number): number[] => [0x21, i]
const simd = (op: number): number[] => [0xfd, ...unsigned(op)]

const f32x4 = { load: 0, loadSplat: 9, splat: 19, lane: 31, add: 228, mul: 230 } as const
const load = (op: number, offset: number): number[] => [0x41, 0, ...simd(op), 2, ...unsigned(offset)]

/** A loop's step, with so many accumulators and other vectors; `multiplied` vectors are multiplied and added in it. */
interface Shape {
  readonly accumulators: number
  readonly others: number
  readonly multiplied: number
  readonly step: readonly number[]
}

const accumulator = (i: number): number => 2 + i
const accumulate = (i: number, a: number, b: number): number[] => [
  ...get(accumulator(i)),
  ...get(a),
  ...get(b),
  ...simd(f32x4.mul),
  ...simd(f32x4.add),
  ...set(accumulator(i)),
]

const chains = (count: number): Shape => {
  const once = Array.from({ length: count }, (_, i) => accumulate(i, accumulator(i), accumulator(count))).flat()
  return { accumulators: count, others: 1, multiplied: 2 * count, step: [...once, ...once] }
}

const tile = (op: number): Shape => {
  const [rows, columns] = [
    [0, 1, 2, 3],
    [0, 1],
  ] as const
  const a = accumulator(8)
  const b = (column: number): number => accumulator(9 + column)
  const step = [
    ...columns.flatMap((column) => [...load(f32x4.load, 16 * column), ...set(b(column))]),
    ...rows.flatMap((row) => [
      ...load(op, 256 + 16 * row),
      ...set(a),
      ...columns.flatMap((column) => accumulate(2 * row + column, a, b(column))),
    ]),
  ]
  return { accumulators: 8, others: 3, multiplied: 8, step }
}

const shapes: readonly Shape[] = [...[8, 10, 12].map(chains), tile(f32x4.loadSplat), tile(f32x4.load)]

/** (n, x): n steps, all vectors x at first; gives a lane of the sum, so that nothing is dropped. */
const body = ({ accumulators, others, step }: Shape): number[] => {
  const start = Array.from({ length: accumulators + others }, (_, i) => [
    ...get(1),
    ...simd(f32x4.splat),
    ...set(accumulator(i)),
  ])
  const joined = Array.from({ length: accumulators - 1 }, (_, i) => [...get(accumulator(i + 1)), ...simd(f32x4.add)])
  const next = [...get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b]
  return [
    ...[...start.flat(), 0x03, 0x40, ...step, ...next],
    ...[...get(accumulator(0)), ...joined.flat(), ...simd(f32x4.lane), 0, 0x0b],
  ]
}

const moduleBytes = (shape: Shape): Uint8Array<ArrayBuffer> => {
  const code = [1, shape.accumulators + shape.others, 0x7b, ...body(shape)]
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, 0x7f, 0x7d, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [1, ...text('run'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ])
}

const timed = (call: () => void): number => {
  const before = performance.now()
  call()
  return performance.now() - before
}

const best = (call: () => void, rounds = 25): { readonly best: number; readonly median: number } => {
  const times = Array.from({ length: rounds }, () => timed(call))
  return { best: Math.min(...times), median: median(times) }
}

const steps = 500_000
/** GFLOP/s of a shape. */
const arithmetic = (shape: Shape): { readonly best: number; readonly median: number } => {
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(shape))).exports
  // acc + acc y is then -acc: nothing grows or fades.
  const call = (): void => void (run as (n: number, x: number) => number)(steps, -2)
  call()
  const took = best(call, 40)
  const flops = steps * shape.multiplied * 4 * 2
  return { best: flops / took.best / 1e6, median: flops / took.median / 1e6 }
}

export const ceiling = () => {
  const reached = shapes.map(arithmetic)
  const [source, target] = [new Float32Array(1 << 26), new Float32Array(1 << 26)]
  source.fill(1)
  target.set(source)
  const copying = best(() => target.set(source), 9)
  return {
    workload: 'ceiling',
    gflops: Math.max(...reached.map((each) => each.best)),
    gflops_median: Math.max(...reached.map((each) => each.median)),
    copy_gb_s: (2 * source.byteLength) / copying.best / 1e6,
  }
}
