/** A layer's pullback against the derivative of its dataflow, and against differences, in float64. */
import {
  type AnyTensor,
  type ArraySpec,
  add,
  cast,
  differentiable,
  item,
  type Layer,
  leaves,
  mapTree,
  mul,
  namedLeaves,
  rng,
  type Spec,
  sum,
  type Tensor,
  tensor,
  toArray,
  zipTrees,
} from 'pullback'
import { expect } from 'vitest'
import { evaluate, type Loose } from './support.js'

/** Values that repeat nowhere near, and never come close to a kink at 0. */
const valueAt = (seed: number, i: number): number => {
  const bits = Math.imul(Math.imul(seed * 7919 + i + 1, 0x9e3779b1) ^ 0x5bd1e995, 0x85ebca6b) >>> 8
  const value = (bits % 4001) / 1000 - 2
  return Math.abs(value) < 0.02 ? value + 0.05 : value
}

export const filled = ({ shape, dtype }: ArraySpec, seed: number, high = 3): AnyTensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  const integer = dtype === 'int32' || dtype === 'uint32'
  const values = Array.from({ length: size }, (_, i) =>
    integer ? Math.abs(Math.round(valueAt(seed, i) * 1000)) % high : valueAt(seed, i),
  )
  return tensor(values, shape, dtype) as AnyTensor
}
const filledSpec = (spec: Spec, seed: number): Loose =>
  'dtype' in spec ? filled(spec, seed) : spec.map((part, i) => filledSpec(part, seed + 31 * (i + 1)))
export const filledLike = <T>(tree: T, seed: number): T => {
  let part = seed
  return mapTree(tree, (x) => {
    part += 101
    return filled(x, part, 1)
  })
}

export const float = (...shape: number[]): ArraySpec => ({ shape, dtype: 'float64' })
export const ints = (...shape: number[]): ArraySpec => ({ shape, dtype: 'int32' })

const isFloat = (x: AnyTensor): boolean => x.dtype === 'float64'
const inner = (a: unknown, b: unknown): AnyTensor =>
  leaves(a)
    .flatMap((x, i) => (isFloat(x) ? [sum(mul(x as Tensor, leaves(b)[i] as Tensor)) as unknown as AnyTensor] : []))
    .reduce((x, y) => add(x as Tensor, y as Tensor) as unknown as AnyTensor)

export interface LawfulOptions {
  /** 'infer' unless given. */
  readonly mode?: 'train' | 'infer'
  readonly bound?: number
  readonly input?: Loose
}

/** Params that are not the initial ones, so that no bias is 0 and no gain is 1. */
export const started = (layer: Loose, spec: Spec): Loose => {
  const [initial] = (layer as Layer<Loose, Loose, Loose, Loose>).init(spec)(rng(3))
  // a layer of integers begins with float32 params
  const wide = <T>(tree: T): T => mapTree(tree, (x) => (x.dtype === 'float32' ? (cast(x, 'float64') as AnyTensor) : x))
  const { params, state } = evaluate(wide({ params: initial.params, state: initial.state }))
  const shifted = mapTree(
    params,
    (x) => add(x as Tensor, mul(filled(x, 5) as Tensor, 0.3) as Tensor) as unknown as AnyTensor,
  )
  return { params: evaluate(shifted), state, output: initial.output }
}

export const expectLawful = (layer: Loose, spec: Spec, options: LawfulOptions = {}): void => {
  const { mode = 'infer', bound = 1e-9 } = options
  const { params, state, output } = started(layer, spec)
  const apply = mode === 'infer' ? layer.infer : layer.train(rng(11))[0]
  const x = options.input ?? filledSpec(spec, 1)
  const f = (p: Loose, input: Loose): Loose => apply(p, state, input)[0]
  const [y, pullback, after] = apply(params, state, x)
  // the promise
  const shapes = (tree: unknown) => leaves(tree).map((leaf) => `${leaf.dtype} ${leaf.shape}`)
  const promised = (s: Spec): string[] =>
    'dtype' in s ? [`${s.dtype.replace('float32', 'float64')} ${s.shape}`] : s.flatMap(promised)
  expect(shapes(y)).toEqual(promised(output))
  expect(namedLeaves(after).map(([path, leaf]) => `${path} ${leaf.shape}`)).toEqual(
    namedLeaves(state).map(([path, leaf]) => `${path} ${leaf.shape}`),
  )
  // hand-written = derived
  const cotangent = filledLike(y, 17)
  const [, derived] = differentiable(f)(params, x)
  const [got, want] = evaluate([pullback(cotangent), derived(cotangent)])
  const wanted = namedLeaves(want)
  expect(shapes(got)).toEqual(shapes([params, x]))
  namedLeaves(got).forEach(([path, leaf], i) => {
    const values = toArray(wanted[i]![1])
    toArray(leaf).forEach((value, k) => {
      if (!(Math.abs(value - values[k]!) <= bound * (1 + Math.abs(values[k]!))))
        expect.fail(`cotangent at ${path}[${k}]: ${value} by hand, ${values[k]} derived`)
    })
  })
  // derived = differences
  const direction = filledLike([params, x], 23)
  const moved = (t: number): Loose =>
    zipTrees('moved', [[params, x], direction], (a, v) =>
      isFloat(a) ? (add(a as Tensor, mul(v as Tensor, t) as Tensor) as unknown as AnyTensor) : a,
    )
  const at = (t: number): number => {
    const [p, input] = evaluate(moved(t))
    return item(evaluate(inner(cotangent, f(p, input))))
  }
  const h = 1e-5
  const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
  const along = item(evaluate(inner(direction, got)))
  expect(Math.abs(along - slope), `<v, pullback> ${along}, differences ${slope}`).toBeLessThan(
    1e-6 * (1 + Math.abs(slope)),
  )
}
