/** Invariances and the textbook's gradients, of the library's own functions and layers. */
import * as p from 'pullback'
import * as l from 'pullback/laws'
import { reference } from 'pullback/reference'
import { devices } from '../devices.js'
import { check } from './support.js'

type Any = p.AnyTensor
const float = (x: Any): p.Tensor => x as unknown as p.Tensor
const any = (x: unknown): Any => x as Any
const device = reference()
const tolerance: l.Tolerance = { absolute: 1e-12, relative: 1e-12 }
const runs = 12

/** What a layer without params computes, and its pullback. */
export const applied = (layer: unknown, x: Any): readonly [Any, (cotangent: Any) => Any] => {
  const [y, pullback] = (layer as p.AnyLayer).infer({}, {}, x)
  return [any(y), (cotangent) => any(pullback(cotangent)[1])]
}

for (const { name, device } of devices) {
  const at = `${name}: `
  check(l.convolutionLaws, { device, convolve: convolve() }, l.seeds, { runs }, at)
  check([l.poolingFlipLaw], { device, pool: (x) => applied(p.avgPool2d(2), x) }, l.seeds, { runs }, `${at}average `)
  check(
    [l.poolingFlipLaw, l.maxPoolingLaw],
    { device, pool: (x) => applied(p.maxPool2d(2), x) },
    l.seeds,
    { runs },
    `${at}max `,
  )
  check([l.maxoutLaw], { device, maxout }, l.seeds, { runs }, at)
  check(l.gateLaws, { device, ...gates() }, l.seeds, { runs }, at)
  const image: p.ArraySpec = { shape: [2, 4, 5, 4], dtype: 'float32' }
  const linear: Readonly<Record<string, readonly [unknown, p.ArraySpec]>> = {
    dense: [p.dense(4, 3), { shape: [5, 4], dtype: 'float32' }],
    conv2d: [p.conv2d({ in: 4, out: 2, kernel: 3, groups: 2, padding: 1, stride: 2 }), image],
    convTranspose2d: [p.convTranspose2d({ in: 4, out: 2, kernel: 3, stride: 2 }), image],
  }
  for (const [kind, [layer, input]] of Object.entries(linear))
    check(l.linearLaws, { device, layer: layer as p.AnyLayer, input }, l.seeds, { runs }, `${at}${kind} `)
}

function convolve(): l.ConvolutionInstance['convolve'] {
  return (x, weight) => {
    const layer = p.conv2d({
      in: x.shape[1]!,
      out: weight.shape[0]!,
      kernel: [weight.shape[2]!, weight.shape[3]!],
      bias: false,
    })
    const [y, pullback] = (layer as p.AnyLayer).infer({ weight }, {}, x)
    return [
      any(y),
      (cotangent) => {
        const [gradients, dx] = pullback(cotangent)
        return [any(dx), any(gradients.weight)]
      },
    ]
  }
}

function maxout(weight: Any, bias: Any, x: Any): Any {
  return any((p.maxout({ in: 3, out: 3, pieces: 2 }) as p.AnyLayer).infer({ weight, bias }, {}, x)[0])
}

function gates(): Omit<l.GateInstance, 'device'> {
  const plus = p.differentiable((x: p.Tensor, y: p.Tensor) => p.add(x, y) as p.Tensor)
  const product = p.differentiable((x: p.Tensor, y: p.Tensor) => p.mul(x, y) as p.Tensor)
  const two = p.fanOut(p.identity<p.Tensor>(), p.identity<p.Tensor>()) as p.AnyLayer
  return {
    add:
      ([x, y]) =>
      (c) =>
        plus(float(x), float(y))[1](float(c)) as unknown as readonly [Any, Any],
    multiply:
      ([x, y]) =>
      (c) =>
        product(float(x), float(y))[1](float(c)) as unknown as readonly [Any, Any],
    fanOut: (x) => (cotangents) => any(two.infer([{}, {}], [{}, {}], x)[1](cotangents)[1]),
  }
}

const normalize =
  (epsilon: number) =>
  (gamma: Any, beta: Any, x: Any): Any => {
    const layer = p.batchNorm(3, { epsilon }) as p.AnyLayer
    const [{ state }] = layer.init({ shape: x.shape, dtype: 'float64' })(p.rng(0))
    return any(layer.train(p.rng(0))[0]({ gamma, beta }, state, x)[0])
  }
const almost: l.Tolerance = { absolute: 1e-10, relative: 1e-10 }
check([l.affineInvarianceLaw], { device, normalize: normalize(1e-13), epsilon: 1e-13, tolerance: almost }, l.seeds, {
  runs,
})
check([l.restoringLaw], { device, normalize: normalize(1e-3), epsilon: 1e-3, tolerance }, l.seeds, { runs })

check([l.shiftInvarianceLaw], { device, softmax: (x) => any(p.softmax(float(x))), tolerance: almost }, l.seeds, {
  runs,
})
check(
  [l.shiftInvarianceLaw],
  { device, softmax: (x) => any(p.exp(p.logSoftmax(float(x)))), tolerance: almost },
  l.seeds,
  { runs },
  'exp of logSoftmax: ',
)

const head = p.dense(3, 2) as p.AnyLayer
for (const [name, layer, rate] of [
  ['dropout', p.dropout(0.5), 0.5],
  ['dropout', p.dropout(0.25), 0.25],
  ['plainDropout', p.plainDropout(0.25), 0.25],
] as const)
  check(
    l.ensembleLaws,
    { device, layer: layer as p.AnyLayer, rate, head, tolerance },
    l.seeds,
    { runs: 3 },
    `${name}(${rate}): `,
  )
