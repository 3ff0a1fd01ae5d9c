import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { FloatDType } from '../../src/array/dtype.js'
import { type AnyTensor, tensor, toArray } from '../../src/array/tensor.js'
import { namedLeaves } from '../../src/array/tree.js'
import { reference } from '../../src/backend/reference/index.js'
import {
  adadelta,
  adagrad,
  adam,
  adamw,
  amsgrad,
  applyUpdates,
  clipByGlobalNorm,
  globalNorm,
  momentum,
  nadam,
  nesterov,
  type Optimizer,
  rmsprop,
  sgd,
} from '../../src/optim/index.js'

type Arrays = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>
interface Options {
  readonly rule: string
  readonly learningRate: number
  readonly momentum: number
  readonly weightDecay: number
  readonly decay: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly maxNorm: number
}
interface Case {
  readonly name: string
  readonly kind: string
  readonly options: Options
  readonly params: Arrays
  readonly gradients: readonly Arrays[]
  readonly trajectory: readonly Arrays[]
}
interface ClipCase {
  readonly kind: string
  readonly options: Options
  readonly gradients: Arrays
  readonly norm: number
  readonly clipped: Arrays
}
const { cases } = JSON.parse(readFileSync(new URL('../golden/optimizers.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly (Case | ClipCase)[]
}

const rules: Readonly<Record<string, (options: Options) => Optimizer>> = {
  sgd: ({ learningRate }) => sgd(learningRate),
  momentum: ({ learningRate, momentum: decay }) => momentum(learningRate, { decay }),
  nesterov: ({ learningRate, momentum: decay }) => nesterov(learningRate, { decay }),
  sgdWeightDecay: ({ learningRate, momentum: decay, weightDecay }) => momentum(learningRate, { decay, weightDecay }),
  adagrad: ({ learningRate, epsilon }) => adagrad(learningRate, { epsilon }),
  rmsprop: ({ learningRate, decay, epsilon }) => rmsprop(learningRate, { decay, epsilon }),
  adam: ({ learningRate, ...options }) => adam(learningRate, options),
  adamw: ({ learningRate, ...options }) => adamw(learningRate, options),
  amsgrad: ({ learningRate, ...options }) => amsgrad(learningRate, options),
  adadelta: ({ learningRate, ...options }) => adadelta(learningRate, options),
  nadam: ({ learningRate, ...options }) => nadam(learningRate, options),
}

const device = reference()
type Tree = Readonly<Record<string, AnyTensor>>
const treeOf = (arrays: Arrays, dtype: FloatDType): Tree =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, tensor(data, shape, dtype) as AnyTensor]),
  )
const expectClose = (got: Tree, want: Arrays, tolerance: number): void => {
  for (const [path, leaf] of namedLeaves(got)) {
    const data = want[path]!.data
    const scale = Math.max(1, ...data.map(Math.abs))
    toArray(leaf).forEach((value, i) => {
      expect(Math.abs(value - data[i]!), `${path}[${i}]`).toBeLessThanOrEqual(
        tolerance * scale + tolerance * Math.abs(data[i]!),
      )
    })
  }
}

const precisions = [
  ['float64', 1e-9],
  ['float32', 2e-4],
] as const

describe.each(precisions)('golden trajectories in %s', (dtype, tolerance) => {
  test.each(cases.filter((c): c is Case => c.kind === 'optimizer'))(
    '$name',
    ({ options, params, gradients, trajectory }) => {
      const optimizer = rules[options.rule]!(options)
      let tree = treeOf(params, dtype)
      let state = optimizer.init(tree)
      gradients.forEach((gradient, i) => {
        const [updates, next] = optimizer.update(treeOf(gradient, dtype), state, tree)
        ;[tree, state] = device.evaluateSync([applyUpdates(tree, updates), next] as const)
        expectClose(tree, trajectory[i]!, tolerance)
      })
    },
  )
})

describe.each(precisions)('clipping by the global norm in %s', (dtype, tolerance) => {
  test.each(cases.filter((c): c is ClipCase => c.kind === 'clipByGlobalNorm'))('$name', (golden) => {
    const tree = treeOf(golden.gradients, dtype)
    const clip = clipByGlobalNorm(golden.options.maxNorm)
    const [clipped, norm] = device.evaluateSync([
      clip.update(tree, clip.init(tree), tree)[0],
      globalNorm(tree),
    ] as const)
    expectClose(clipped, golden.clipped, tolerance)
    expectClose({ norm }, { norm: { shape: [], data: [golden.norm] } }, tolerance)
  })
})
