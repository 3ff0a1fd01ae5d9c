/**
 * Checks derivatives against differences of values.
 *
 * The output is paired with a fixed random cotangent c, so that there is one number g(x) = <c, f(x)>, whose derivative
 * the pullback of c claims to be. It is compared along single coordinates and along random directions with the central
 * difference of fourth order, (8 (g(x+h) - g(x-h)) - (g(x+2h) - g(x-2h))) / 12h: in float64 it is good to about 1e-11.
 * Keep inputs away from kinks by more than 2h = 0.002.
 */
import { allocate, type HostArray, hostArrayFrom, isFloat } from '../array/dtype.js'
import { type Shape, sameShape, showShape, sizeOf } from '../array/shape.js'
import { type AnyTensor, leaf, toArray } from '../array/tensor.js'
import { leaves, namedLeaves, unflatten } from '../array/tree.js'
import { differentiable, type WithPullback } from './differentiable.js'
import { uniformOf } from './uniform.js'

/** What evaluates: any synchronous device. For float64 the reference device. */
export interface Evaluator {
  readonly evaluateSync: <T>(tree: T) => T
}

/** How derivatives are compared with central differences (f(x + h) - f(x - h)) / 2h. */
export interface GradientOptions {
  readonly device: Evaluator
  /** Of cotangent, directions and the choice of coordinates; 0 unless given. */
  readonly seed?: number
  /** On |got - expected| / max(1, |expected|); 1e-8 in float64 and 2e-3 in float32 unless given. */
  readonly tolerance?: number
  /** h; 1e-3 in float64 and 2e-2 in float32 unless given. */
  readonly step?: number
  /** How many coordinates of each leaf are tried, all when there are no more; 32 unless given. */
  readonly coordinates?: number
  /** How many random directions through all leaves together are tried; 3 unless given. */
  readonly directions?: number
}

/** A place where derivative and difference disagree. */
export interface GradientMistake {
  /** The leaf, such as `0.conv1.weight`: the number of the argument, then the path in it; `direction 2` for a direction. */
  readonly path: string
  /** The element of the leaf; empty for a scalar, a direction, or a leaf that is wrong as a whole. */
  readonly index: readonly number[]
  /** By differences. */
  readonly expected: number
  /** By the pullback. */
  readonly got: number
  readonly error: number
  readonly message: string
}

/** What a comparison of derivatives with differences has found. */
export interface GradientReport {
  readonly ok: boolean
  /** How many derivatives were compared. */
  readonly checked: number
  /** The largest error among them, mistakes or not. */
  readonly worst: number
  readonly mistakes: readonly GradientMistake[]
}

type Steps = readonly HostArray[]

const indexOf = (place: number, shape: Shape): number[] => {
  const index: number[] = []
  let rest = place
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis])
    rest = Math.floor(rest / shape[axis])
  }
  return index
}

const innerProduct = (as: Steps, bs: Steps): number => {
  let total = 0
  as.forEach((a, k) => {
    for (let i = 0; i < a.length; i++) total += a[i] * bs[k][i]
  })
  return total
}

/** Numbers in (-1, 1) for float leaves, zeros for others. */
const randomLike = (tensors: readonly AnyTensor[], uniform: () => number): Steps =>
  tensors.map(({ shape, dtype }) => {
    const size = sizeOf(shape)
    return isFloat(dtype)
      ? hostArrayFrom(
          dtype,
          Array.from({ length: size }, () => 2 * uniform() - 1),
        )
      : allocate(dtype, size)
  })

const toTensors = (data: Steps, like: readonly AnyTensor[]): AnyTensor[] =>
  data.map((values, i) => leaf({ kind: 'host', data: values }, like[i].shape, like[i].dtype) as AnyTensor)

/** Some of the places 0 to size - 1, all of them if there are at most `count`; in ascending order. */
const choose = (size: number, count: number, uniform: () => number): number[] => {
  const places: number[] = []
  for (let i = 0; i < size && places.length < count; i++)
    if (uniform() * (size - i) < count - places.length) places.push(i)
  return places
}

/**
 * `checkGradient` for a function that brings its own pullback, x to [f(x), cotangent to cotangents of the arguments].
 *
 * @example
 * import { checkPullback, differentiable, mul, tensor, type Tensor } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const apply = (x: Tensor) => {
 *   const [y, pullback] = differentiable((z: Tensor) => mul(z, z))(x)
 *   return [y, pullback] as const
 * }
 * checkPullback(apply, [tensor([1, -2], [2], 'float64') as never], { device: reference() }).ok // => true
 */
export const checkPullback = <A extends readonly unknown[], Y>(
  apply: (...args: A) => WithPullback<A, Y>,
  args: A,
  options: GradientOptions,
): GradientReport => {
  const { device, seed = 0, coordinates = 32, directions = 3 } = options
  const uniform = uniformOf(seed)
  const inputs = namedLeaves(device.evaluateSync(args))
  const points = inputs.map(([, x]) => x)
  const double = points.every(({ dtype }) => dtype !== 'float32')
  const { tolerance = double ? 1e-8 : 2e-3, step: h = double ? 1e-3 : 2e-2 } = options
  const base = points.map((x) => toArray(x))

  const [output, pullback] = apply(...unflatten(args, points))
  const outputs = leaves(output)
  const cotangents = randomLike(outputs, uniform)
  const gradient = leaves(device.evaluateSync(pullback(unflatten(output, toTensors(cotangents, outputs)))))

  const compared: GradientMistake[] = []
  const compare = (path: string, index: readonly number[], expected: number, got: number): void => {
    const error = Math.abs(got - expected) / Math.max(1, Math.abs(expected))
    const place = index.length > 0 ? `${path}[${index.join(', ')}]` : path
    const message = `${place}: the pullback gives ${got}, differences give ${expected} (error ${error})`
    compared.push({ path, index, expected, got, error, message })
  }
  const wrong = inputs.flatMap(([path, x], k): GradientMistake[] => {
    const g = gradient[k]
    if (g !== undefined && sameShape(g.shape, x.shape) && g.dtype === x.dtype) return []
    const came = g === undefined ? 'nothing' : `${g.dtype} ${showShape(g.shape)}`
    const message = `${path}: the pullback gives ${came} for ${x.dtype} ${showShape(x.shape)}`
    return [{ path, index: [], expected: Number.NaN, got: Number.NaN, error: Number.NaN, message }]
  })
  if (wrong.length > 0) return { ok: false, checked: 0, worst: Number.NaN, mistakes: wrong }
  const pulled = gradient.map((g) => toArray(g))

  const valueAt = (direction: Steps, t: number): number => {
    const moved = base.map((x, k) =>
      isFloat(points[k].dtype)
        ? hostArrayFrom(
            points[k].dtype,
            Array.from(x, (v, i) => v + t * direction[k][i]),
          )
        : x,
    )
    const [value] = apply(...unflatten(args, toTensors(moved, points)))
    return innerProduct(
      cotangents,
      leaves(device.evaluateSync(value)).map((y) => toArray(y)),
    )
  }
  const difference = (direction: Steps): number => {
    const near = valueAt(direction, h) - valueAt(direction, -h)
    const far = valueAt(direction, 2 * h) - valueAt(direction, -2 * h)
    return (8 * near - far) / (12 * h)
  }

  inputs.forEach(([path, { shape, dtype }], k) => {
    if (!isFloat(dtype)) return
    for (const place of choose(sizeOf(shape), coordinates, uniform)) {
      const direction = base.map((x, other) => {
        const zero = allocate(points[other].dtype, x.length)
        return other === k ? zero.fill(1, place, place + 1) : zero
      })
      compare(path, indexOf(place, shape), difference(direction), pulled[k][place])
    }
  })
  for (let i = 0; i < directions; i++) {
    const direction = randomLike(points, uniform)
    compare(`direction ${i}`, [], difference(direction), innerProduct(direction, pulled))
  }
  // Not `error > tolerance`: NaN is a mistake.
  const mistakes = compared.filter(({ error }) => !(error <= tolerance))
  const worst = compared.reduce((largest, { error }) => Math.max(largest, error), 0)
  return { ok: mistakes.length === 0, checked: compared.length, worst, mistakes }
}

/**
 * Compares the derivative of a pure function of trees of arrays with differences of its values, along coordinates and
 * random directions. Nothing is thrown for a wrong derivative: the report names the leaf, the place and the error.
 *
 * @example
 * import { checkGradient, mul, type Tensor, tanh, tensor } from 'pullback'
 * import { reference } from 'pullback/reference'
 * const x = tensor([0.5, -1, 2], [3], 'float64')
 * const report = checkGradient((x: Tensor<[3], 'float64'>) => mul(tanh(x), x), [x], { device: reference() })
 * report.ok // => true
 */
export const checkGradient = <A extends readonly unknown[], Y>(
  f: (...args: A) => Y,
  args: A,
  options: GradientOptions,
): GradientReport => checkPullback(differentiable(f), args, options)
