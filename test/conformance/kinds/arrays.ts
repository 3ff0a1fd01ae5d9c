import * as p from 'pullback'
import { floats, integers, type Kind, type Loose, loose, ofFunction } from '../kind.js'

const unary = (f: unknown): Kind => ofFunction(({ x }) => (f as Loose)(x))
const binary = (f: unknown): Kind => ofFunction(({ a, b }) => (f as Loose)(a, b))
const reduction = (f: unknown): Kind => ofFunction(({ x }, { axes, keepDims }) => (f as Loose)(x, axes, keepDims))

const unaries = [
  'exp',
  'neg',
  'abs',
  'square',
  'sin',
  'cos',
  'erf',
  'log',
  'log1p',
  'sqrt',
  'reciprocal',
  'rsqrt',
  'tanh',
  'sign',
  'floor',
] as const
const binaries = ['matmul', 'add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'pow'] as const
const reductions = ['sum', 'mean', 'max', 'min', 'prod', 'variance', 'logSumExp'] as const
const table = p as unknown as Readonly<Record<string, unknown>>
const kindsOf = (names: readonly string[], make: (f: unknown) => Kind): Readonly<Record<string, Kind>> =>
  Object.fromEntries(names.map((name) => [name, make(table[name])]))

export const arrays: Readonly<Record<string, Kind>> = {
  ...kindsOf(unaries, unary),
  ...kindsOf(binaries, binary),
  ...kindsOf(reductions, reduction),
  transpose: ofFunction(({ x }, { permutation }) => loose(p.permute)(x, permutation)),
  reshape: ofFunction(({ x }, { shape }) => loose(p.reshape)(x, shape)),
  pad: ofFunction(({ x }, { padding, value }) => loose(p.pad)(x, padding, value)),
  slice: ofFunction(({ x }, { begin, end, step }) => loose(p.slice)(x, begin, end, step)),
  concat: ofFunction((inputs, { axis }) => p.concatAll(Object.values(inputs).map(floats), axis)),
  flip: ofFunction(({ x }, { axes }) => loose(p.flip)(x, axes)),
  gather: ofFunction(({ table, indices }, { axis }) => p.gather(floats(table), integers(indices), axis)),
  broadcast: ofFunction(({ x }, { shape }) => loose(p.broadcastTo)(x, shape)),
}
