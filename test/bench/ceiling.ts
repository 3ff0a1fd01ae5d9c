/**
 * The machine's own limits in the same run: SIMD multiply and add in registers, and copying memory. A WebAssembly
 * module of its own, assembled here by hand, so that it shares no code with the engine it is a yardstick for.
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

const accumulators = 8
/** (n, x): n times acc_i = acc_i + x_i * y, for eight accumulators of four lanes; gives a lane so that nothing is dropped. */
const body = (): number[] => {
  const acc = (i: number): number => 2 + i
  const y = 2 + accumulators
  const steps = Array.from({ length: accumulators }, (_, i) => [
    ...get(acc(i)),
    ...get(acc(i)),
    ...get(y),
    ...simd(230),
    ...simd(228),
    ...set(acc(i)),
  ])
  const start = Array.from({ length: accumulators + 1 }, (_, i) => [...get(1), ...simd(19), ...set(2 + i)])
  const joined = Array.from({ length: accumulators - 1 }, (_, i) => [...get(acc(i + 1)), ...simd(228)])
  return [
    ...start.flat(),
    0x03,
    0x40,
    ...steps.flat(),
    ...steps.flat(),
    ...get(0),
    0x41,
    1,
    0x6b,
    0x22,
    0,
    0x0d,
    0,
    0x0b,
    ...get(acc(0)),
    ...joined.flat(),
    ...simd(31),
    0,
    0x0b,
  ]
}

const moduleBytes = (): Uint8Array<ArrayBuffer> => {
  const locals = [1, accumulators + 1, 0x7b]
  const code = [...locals, ...body()]
  return new Uint8Array([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 2, 0x7f, 0x7d, 1, 0x7d]),
    ...section(3, [1, 0]),
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

export const ceiling = () => {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()))
  const run = instance.exports.run as (n: number, x: number) => number
  const loops = 1_000_000
  run(loops, 0.5)
  const arithmetic = best(() => void run(loops, 0.5))
  const flops = loops * 2 * accumulators * 4 * 2
  const [source, target] = [new Float32Array(1 << 26), new Float32Array(1 << 26)]
  source.fill(1)
  target.set(source)
  const copying = best(() => target.set(source), 9)
  return {
    workload: 'ceiling',
    gflops: flops / arithmetic.best / 1e6,
    gflops_median: flops / arithmetic.median / 1e6,
    copy_gb_s: (2 * source.byteLength) / copying.best / 1e6,
  }
}
