/** The golden cases, as tensors, and comparison with them. */
import { readFileSync } from 'node:fs'
import { type AnyTensor, type DType, type Layer, tensor, toArray } from 'pullback'
import { reference } from 'pullback/reference'
import { expect } from 'vitest'

export const device = reference()
export const evaluate = <T>(tree: T): T => device.evaluateSync(tree)

export interface Golden {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
export interface Case {
  readonly name: string
  readonly kind: string
  // biome-ignore lint/suspicious/noExplicitAny: options differ from kind to kind
  readonly options: any
  readonly inputs: Readonly<Record<string, Golden>>
  readonly output: Golden
  readonly cotangent: Golden
  readonly grads: Readonly<Record<string, Golden>>
  readonly state?: Readonly<Record<string, Golden>>
  readonly nextState?: Readonly<Record<string, Golden>>
}

export const casesOf = (file: string): readonly Case[] =>
  (JSON.parse(readFileSync(new URL(`../golden/${file}.json`, import.meta.url), 'utf8')) as { cases: Case[] }).cases

/** Any tensor, where static shapes do not matter. */
// biome-ignore lint/suspicious/noExplicitAny: tests read shapes from files
export type Loose = any

const integers = ['labels', 'indices']
export const load = (golden: Golden, name = '', dtype: DType = 'float64'): Loose =>
  tensor(golden.data, golden.shape, integers.includes(name) ? 'int32' : dtype)
export const loadAll = (
  record: Readonly<Record<string, Golden>>,
  dtype: DType = 'float64',
): Readonly<Record<string, Loose>> =>
  Object.fromEntries(Object.entries(record).map(([name, golden]) => [name, load(golden, name, dtype)]))

/** |got - want| <= bound (1 + |want|), with the shape. */
export const expectClose = (got: AnyTensor, want: Golden, bound = 1e-9, what = ''): void => {
  expect(got.shape, what).toEqual(want.shape)
  const values = toArray(evaluate(got))
  want.data.forEach((value, i) => {
    if (!(Math.abs(values[i]! - value) <= bound * (1 + Math.abs(value))))
      expect.fail(`${what} [${i}]: ${values[i]} where ${value} is due`)
  })
}

/** Every cotangent that the case has. */
export const expectAll = (
  got: Readonly<Record<string, Loose>>,
  want: Readonly<Record<string, Golden>>,
  bound = 1e-9,
): void => {
  for (const [name, golden] of Object.entries(want)) expectClose(got[name] as AnyTensor, golden, bound, name)
}

/** Runs a layer of params and one input, and compares with a case; cotangents are named by `name`. */
export const checkLayer = (
  layer: Loose,
  params: Loose,
  input: Loose,
  one: Case,
  name: (params: Loose, input: Loose) => Readonly<Record<string, Loose>>,
  state: Loose = {},
): void => {
  const [output, pullback] = (layer as Layer<Loose, Loose, Loose, Loose>).infer(params, state, input)
  expectClose(output, one.output, 1e-9, 'output')
  const [dParams, dInput] = pullback(load(one.cotangent))
  expectAll(name(dParams, dInput), one.grads)
}
