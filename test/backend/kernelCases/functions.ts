/** What functions of numbers are tried on, whatever the device: floats of all kinds, and how far results are off. */
import { expect } from 'vitest'
import type { BinaryOp, UnaryOp } from '../../../src/array/node.js'
import * as scalar from '../../../src/array/scalar/index.js'
import type { LoopKernel } from '../../../src/engine/kernel.js'
import { noise, sameBits, whole } from './data.js'

/** Zeros, infinities, denormals, and where functions overflow or change their formula. */
export const special = [
  ...[0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 1e-45, -1e-45, 1e-39, -1e-39, 1.1754944e-38, 3.4028235e38],
  ...[
    -3.4028235e38, 88.72, 88.73, -87.4, -103.9, -103.98, -104.5, 0.5, -0.5, 2, -2, 0.70710678, 1.4142135, 1e-8, -1e-8,
  ],
  ...[
    0.34657359, -0.34657359, 9, -9, 9.2, -9.2, 20, -20, 3.9, -3.9, 4.1, 5.5, 1e10, -1e10, 0.927734375, 3, -3, 0.9999999,
  ],
]

const count = 1 << 14
export const between = (low: number, high: number, seed: number): Float32Array => {
  const next = noise(seed)
  return Float32Array.from({ length: count }, () => low + (high - low) * next())
}
/** Any 32 bits. */
export const anyFloats = (seed: number): Float32Array => {
  const next = noise(seed)
  return new Float32Array(Uint32Array.from({ length: count }, () => next() * 2 ** 32).buffer)
}

/** What powers are taken of: bases and exponents, in pairs of the same length. */
export const powers: readonly (readonly [bases: Float32Array, exponents: Float32Array])[] = [
  [anyFloats(1), anyFloats(2)],
  [between(0, 10, 3), between(-10, 10, 4)],
  [between(0.9, 1.1, 5), between(-800, 800, 6)],
  [between(-9, 9, 7).map(Math.round), between(-9, 9, 8).map(Math.round)],
  [Float32Array.from(special.flatMap((v) => special.map(() => v))), Float32Array.from(special.flatMap(() => special))],
]

/** The true values, by the name of the operation. */
export const trueFunctions = new Map<string, unknown>([...Object.entries(scalar), ['sqrt', Math.sqrt]]) as ReadonlyMap<
  string,
  (x: number) => number
>

/** Applies an operation to the elements of buffers 0, 1, ..., and stores in the one behind them. */
export const applying = (op: UnaryOp | BinaryOp, inputs: readonly Float32Array[]): LoopKernel => {
  const dims = [inputs[0]!.length]
  return {
    kind: 'loop',
    dims,
    operands: inputs.map((_, i) => ({ kind: 'load', dtype: 'float32', access: whole(i, dims) })),
    steps: [{ op, dtype: 'float32', args: inputs.map((_, i) => i) }],
    stores: [{ value: inputs.length, access: whole(inputs.length, dims) }],
  }
}

const bits = new Float32Array(1)
const word = new Uint32Array(bits.buffer)
/**
 * The distance between a float32 and the true value, in units of the last place of the latter, or of `least` where that
 * is larger. NaNs are alike.
 */
export const distance = (got: number, exact: number, least = 0): number => {
  const wanted = Math.fround(exact)
  if (Object.is(got, wanted) || (Number.isNaN(got) && Number.isNaN(wanted))) return 0
  if (!Number.isFinite(got) || !Number.isFinite(wanted)) return Infinity
  bits[0] = Math.max(Math.abs(wanted), least)
  return Math.abs(got - exact) / 2 ** (Math.max(word[0]! >>> 23, 1) - 150)
}

/** An operation on a device. */
export type Applied = (op: UnaryOp | BinaryOp, inputs: readonly Float32Array[]) => Float32Array | Promise<Float32Array>

/** f(-x) = -f(x), zeros included. */
export const expectOdd = async (apply: Applied): Promise<void> => {
  const x = between(0, 8, 5)
  x[0] = 0
  for (const op of ['tanh', 'erf', 'sin'] as const) {
    const [plus, minus] = [await apply(op, [x]), await apply(op, [x.map((v) => -v)])]
    const negated = plus.map((v) => -v)
    expect(sameBits(minus, negated), op).toBe(true)
  }
}

/** tanh and erf never leave [-1, 1], and exp never falls. */
export const expectBounded = async (apply: Applied): Promise<void> => {
  for (const op of ['tanh', 'erf'] as const) {
    const got = await apply(op, [between(-12, 12, 6)])
    expect(got.every((v) => Math.abs(v) <= 1)).toBe(true)
  }
  const powers = await apply('exp', [between(-30, 30, 7).sort()])
  expect(powers.every((v, i) => i === 0 || v >= powers[i - 1]!)).toBe(true)
}
