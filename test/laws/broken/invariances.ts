/** Functions that break the invariances and the textbook's gradients. */
import * as p from 'pullback'
import * as l from 'pullback/laws'
import { reference } from 'pullback/reference'
import { type Broken, breaks, named } from '../support.js'

type Any = p.AnyTensor
const float = (x: unknown): p.Tensor => x as p.Tensor
const any = (x: unknown): Any => x as Any
const loose = (layer: unknown): p.AnyLayer => layer as p.AnyLayer
const device = reference()
const tolerance: l.Tolerance = { absolute: 1e-9, relative: 1e-9 }

const softmaxWithout = (x: Any): Any => {
  const e = p.exp(float(x))
  return any(p.div(e, p.add(p.sum(e, -1 as never, true) as p.Tensor, 1)))
}

const correlation = (x: Any, weight: Any): Any => any(p.convolve2d(float(x) as never, float(weight) as never))
const convolveWith = (
  change: (parts: { readonly x: Any; readonly weight: Any }) => { readonly x: Any; readonly weight: Any },
): l.ConvolutionInstance['convolve'] => {
  const f = p.differentiable((x: Any, weight: Any) => correlation(x, weight))
  return (x, weight) => {
    const [y, pullback] = f(x, weight)
    return [
      y,
      (cotangent) => {
        const [dx, dWeight] = pullback(cotangent)
        const changed = change({ x: dx, weight: dWeight })
        return [changed.x, changed.weight]
      },
    ]
  }
}
const rotated = (x: Any): Any => any(p.flip(float(x), [2, 3]))
/** Filters that depend on the place. */
const localConvolve: l.ConvolutionInstance['convolve'] = (x, weight) => {
  const [y, pullback] = convolveWith((parts) => parts)(x, weight)
  const ramp = p.reshape(p.iota([y.shape[3]!], 'float32'), [1, 1, 1, -1]) as p.Tensor
  return [any(p.mul(float(y), p.add(ramp, 1) as p.Tensor)), pullback]
}

const pooled = (layer: unknown, x: Any): readonly [Any, (cotangent: Any) => Any] => {
  const [y, pullback] = loose(layer).infer({}, {}, x)
  return [any(y), (cotangent) => any(pullback(cotangent)[1])]
}

const layerNormalize = (scale: Any, shift: Any, x: Any): Any => {
  const [first, others] = [p.mean(float(x), [1, 2, 3] as never, true), [3, 1, 1]]
  const centred = p.sub(float(x), first as p.Tensor) as p.Tensor
  const spread = p.sqrt(p.mean(p.square(centred), [1, 2, 3] as never, true) as p.Tensor)
  const scaled = p.mul(p.div(centred, spread) as p.Tensor, p.reshape(float(scale), others) as p.Tensor) as p.Tensor
  return any(p.add(scaled, p.reshape(float(shift), others) as p.Tensor))
}

const copies: l.GateInstance = {
  device,
  add: () => (c) => [c, c],
  multiply:
    ([x, y]) =>
    (c) => [any(p.mul(float(c), float(y))), any(p.mul(float(c), float(x)))],
  fanOut:
    () =>
    ([a, b]) =>
      any(p.add(float(a), float(b))),
}

const image: p.ArraySpec = { shape: [5, 3], dtype: 'float32' }
/** An affine layer whose pullbacks look at the size of the input. */
const clippedInput: p.AnyLayer = (() => {
  const layer = loose(p.dense(3, 2))
  return {
    ...layer,
    infer: (params, state, x) => {
      const [y, pullback] = layer.infer(params, state, p.clip(float(x), -100, 100))
      return [y, (c: unknown) => [pullback(c)[0], p.mul(float(pullback(c)[1]), float(x))] as never, state]
    },
  }
})()

const meanOnly: l.EnsembleInstance = {
  device,
  layer: loose(p.dropout(0.25)),
  rate: 0.25,
  head: loose(p.dense(3, 2)),
  tolerance,
}

export const brokenInvariances: readonly Broken[] = [
  breaks(l.shiftInvarianceLaw, 'one more term', { device, softmax: softmaxWithout, tolerance }, l.seeds),
  breaks(
    l.maxoutLaw,
    'the sum of the pieces',
    {
      device,
      maxout: (weight, bias, x) => {
        const z = p.add(p.matmul(float(x), float(weight)) as p.Tensor, p.expandDims(float(bias), 1) as p.Tensor)
        return any(p.sum(z as p.Tensor, 0 as never))
      },
    },
    l.seeds,
  ),
  breaks(
    named(l.convolutionLaws, 'commutes with translation'),
    'filters that depend on the place',
    { device, convolve: localConvolve },
    l.seeds,
  ),
  breaks(
    named(l.convolutionLaws, 'dX is the full correlation of dY with the rotated filter'),
    'a filter that is not rotated',
    { device, convolve: convolveWith(({ x, weight }) => ({ x: rotated(x), weight })) },
    l.seeds,
  ),
  breaks(
    named(l.convolutionLaws, 'dW is the correlation of X with dY'),
    'a rotated weight gradient',
    { device, convolve: convolveWith(({ x, weight }) => ({ x, weight: rotated(weight) })) },
    l.seeds,
  ),
  breaks(
    l.poolingFlipLaw,
    'the first of each window',
    {
      device,
      pool: (x) => [any(p.slice(float(x), [0, 0, 0, 0], x.shape, [1, 1, 2, 2])), (c) => c],
    },
    l.seeds,
  ),
  breaks(l.maxPoolingLaw, 'the mean for the maximum', { device, pool: (x) => pooled(p.avgPool2d(2), x) }, l.seeds),
  breaks(
    l.affineInvarianceLaw,
    'statistics of each example',
    { device, normalize: layerNormalize, epsilon: 0, tolerance },
    l.seeds,
  ),
  breaks(
    l.restoringLaw,
    'statistics of each example',
    { device, normalize: layerNormalize, epsilon: 0, tolerance },
    l.seeds,
  ),
  breaks(
    named(l.gateLaws, 'the add gate copies'),
    'halves',
    {
      ...copies,
      add: () => (c) => {
        const half = any(p.mul(float(c), 0.5))
        return [half, half]
      },
    },
    l.seeds,
  ),
  breaks(
    named(l.gateLaws, 'the multiply gate swaps'),
    'operands not swapped',
    {
      ...copies,
      multiply:
        ([x, y]) =>
        (c) => [any(p.mul(float(c), float(x))), any(p.mul(float(c), float(y)))],
    },
    l.seeds,
  ),
  breaks(
    named(l.gateLaws, 'a fan-out sums'),
    'the last use alone',
    {
      ...copies,
      fanOut:
        () =>
        ([, b]) =>
          b,
    },
    l.seeds,
  ),
  breaks(
    named(l.linearLaws, 'inputs times 1024 give weight gradients times 1024'),
    'a clipped input',
    { device, layer: clippedInput, input: image },
    l.seeds,
  ),
  breaks(
    named(l.linearLaws, 'the cotangent of the input does not depend on it'),
    'a cotangent times the input',
    { device, layer: clippedInput, input: image },
    l.seeds,
  ),
  breaks(
    named(l.ensembleLaws, 'inference is the mean over all masks'),
    'not scaled at inference',
    { ...meanOnly, layer: { ...loose(p.plainDropout(0.25)), infer: loose(p.identity()).infer } },
    l.seeds,
    { runs: 2 },
  ),
  breaks(
    named(l.ensembleLaws, 'units are dropped as often as the rate says'),
    'the probability of keeping for that of dropping',
    { ...meanOnly, layer: loose(p.dropout(0.75)) },
    l.seeds,
    { runs: 2 },
  ),
]
