/** Runs one case through the public API and compares every array that it holds. */
import {
  type AnyTensor,
  applyUpdates,
  clipByGlobalNorm,
  type Device,
  globalNorm,
  type Shape,
  tensor,
  toArray,
} from 'pullback'
import { type GoldenArray, type GoldenArrays, type GoldenCase, isArray } from './cases.js'
import { type Comparison, compare, type Quantity } from './compare.js'
import type { Inputs } from './kind.js'
import { kinds } from './kinds/index.js'
import { type Model, models } from './kinds/models.js'
import { optimizers, scheduleOf } from './kinds/optimizers.js'

export interface Context {
  readonly device: Device
  readonly dtype: 'float32' | 'float64'
}

const integral = /^(labels|indices)$/

const toTensor = ({ shape, data }: GoldenArray, dtype: 'float32' | 'float64' | 'int32'): AnyTensor =>
  tensor(data, shape as Shape, dtype) as AnyTensor

const tensorsOf = (arrays: GoldenArrays, { dtype }: Context): Inputs =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, toTensor(array, integral.test(name) ? 'int32' : dtype)]),
  )

const comparing =
  (quantity: Quantity, { dtype }: Context) =>
  (what: string, got: AnyTensor | undefined, want: GoldenArray): Comparison =>
    compare(what, got && { shape: got.shape, data: toArray(got) }, want, quantity, dtype)

const comparingAll =
  (quantity: Quantity, context: Context) =>
  (prefix: string, got: Inputs, want: GoldenArrays): readonly Comparison[] =>
    Object.entries(want).map(([name, array]) => comparing(quantity, context)(`${prefix}${name}`, got[name], array))

const runDifferentiable = async (golden: GoldenCase, context: Context): Promise<readonly Comparison[]> => {
  const kind = kinds[golden.kind]!
  const { output, pullback, nextState } = kind(
    tensorsOf(golden.inputs as GoldenArrays, context),
    golden.options,
    tensorsOf((golden.state ?? {}) as GoldenArrays, context),
  )
  const want = golden.grads as GoldenArrays
  const grads = pullback(toTensor(golden.cotangent as GoldenArray, context.dtype))
  const asked = Object.fromEntries(Object.keys(want).map((name) => [name, grads[name]])) as Inputs
  const got = await context.device.evaluate({ output, asked, nextState: nextState ?? {} })
  return [
    comparing('forward', context)('output', got.output, golden.output as GoldenArray),
    ...comparingAll('gradient', context)('d', got.asked, want),
    ...comparingAll('forward', context)('next ', got.nextState, (golden.nextState ?? {}) as GoldenArrays),
  ]
}

const runOptimizer = async (golden: GoldenCase, context: Context): Promise<readonly Comparison[]> => {
  const rule = optimizers[String(golden.options.rule)]
  if (rule === undefined) throw new Error(`unknown optimizer rule ${golden.options.rule}`)
  const { rule: _, ...options } = golden.options
  const optimizer = rule(options)
  let params = tensorsOf(golden.params as GoldenArrays, context)
  let state = optimizer.init(params)
  const comparisons: Comparison[] = []
  const gradients = golden.gradients as readonly GoldenArrays[]
  const trajectory = golden.trajectory as readonly GoldenArrays[]
  for (let i = 0; i < gradients.length; i++) {
    const [updates, next] = optimizer.update(tensorsOf(gradients[i]!, context), state, params)
    ;({ params, state } = await context.device.evaluate({ params: applyUpdates(params, updates), state: next }))
    comparisons.push(...comparingAll('trajectory', context)(`step ${i + 1} `, params, trajectory[i]!))
  }
  return comparisons
}

const runClip = async (golden: GoldenCase, context: Context): Promise<readonly Comparison[]> => {
  const gradients = tensorsOf(golden.gradients as GoldenArrays, context)
  const optimizer = clipByGlobalNorm(Number(golden.options.maxNorm))
  const [clipped] = optimizer.update(gradients, optimizer.init(gradients), gradients)
  const got = await context.device.evaluate({ clipped, norm: globalNorm(gradients) as AnyTensor })
  return [
    ...comparingAll('forward', context)('clipped ', got.clipped, golden.clipped as GoldenArrays),
    comparing('forward', context)('norm', got.norm, { shape: [], data: [Number(golden.norm)] }),
  ]
}

const runSchedule = async (golden: GoldenCase, { dtype }: Context): Promise<readonly Comparison[]> => {
  const schedule = scheduleOf(golden.options)
  const rates = golden.rates as readonly number[]
  const shape = [rates.length]
  return [
    compare('rates', { shape, data: rates.map((_, step) => schedule(step)) }, { shape, data: rates }, 'forward', dtype),
  ]
}

const runModel = async (golden: GoldenCase, context: Context, model: Model): Promise<readonly Comparison[]> => {
  const params = tensorsOf(golden.params as GoldenArrays, context)
  const [x, labels] = [
    toTensor(golden.x as GoldenArray, context.dtype),
    toTensor(golden.labels as GoldenArray, 'int32'),
  ]
  const { steps, learningRate } = golden.options as { readonly steps: number; readonly learningRate: number }
  const { gradients, losses, final } = await model({ device: context.device, params, x, labels, steps, learningRate })
  const want = golden.losses as readonly number[]
  return [
    ...comparingAll('gradient', context)('d', gradients, golden.gradients as GoldenArrays),
    compare(
      'losses',
      { shape: [losses.length], data: losses },
      { shape: [want.length], data: want },
      'trajectory',
      context.dtype,
    ),
    ...comparingAll('trajectory', context)('final ', final, golden.final as GoldenArrays),
  ]
}

/** The comparisons of a case; throws where its kind, or an option, is unknown. */
export const runCase = async (golden: GoldenCase, context: Context): Promise<readonly Comparison[]> => {
  if (golden.kind === 'optimizer') return runOptimizer(golden, context)
  if (golden.kind === 'clipByGlobalNorm') return runClip(golden, context)
  if (golden.kind === 'schedule') return runSchedule(golden, context)
  if (Object.hasOwn(models, golden.kind)) return runModel(golden, context, models[golden.kind]!)
  if (!Object.hasOwn(kinds, golden.kind)) throw new Error(`unknown kind ${golden.kind}`)
  if (!isArray(golden.cotangent)) throw new Error('a case of this kind needs a cotangent')
  return runDifferentiable(golden, context)
}
