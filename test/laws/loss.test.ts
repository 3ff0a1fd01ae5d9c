import * as p from 'pullback'
import { type LossInstance, lossLaws, seeds } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { check } from './support.js'

type Any = p.AnyTensor
const float = (x: Any): p.Tensor => x as unknown as p.Tensor
const any = (x: unknown): Any => x as Any
const shape = [4, 3]
/** Multiples of 1/16 between 0 and 1: differences from n/16 + 1/32 are odd multiples of 1/32. */
const targets = (seed: number): Any =>
  any(
    p.tensor(
      Array.from({ length: 12 }, (_, i) => ((seed + 5 * i) % 17) / 16),
      shape,
      'float64',
    ),
  )
const labels = (seed: number): Any =>
  any(
    p.tensor(
      [0, 1, 2, 3].map((i) => (seed + i) % 3),
      [4],
      'int32',
    ),
  )
const labelled = (x: Any, t: Any): readonly [p.Tensor<[number, number]>, p.Tensor<[number], 'int32'>] => [
  x as never,
  t as never,
]

const losses: Readonly<Record<string, Pick<LossInstance, 'loss' | 'target'>>> = {
  meanSquaredError: {
    loss: (x, t, reduction) => any(p.meanSquaredError(float(x), float(t), { reduction })),
    target: targets,
  },
  meanAbsoluteError: {
    loss: (x, t, reduction) => any(p.meanAbsoluteError(float(x), float(t), { reduction })),
    target: targets,
  },
  huber: { loss: (x, t, reduction) => any(p.huber(float(x), float(t), { reduction, delta: 0.5 })), target: targets },
  binaryCrossEntropy: {
    loss: (x, t, reduction) => any(p.binaryCrossEntropy(float(x), float(t), { reduction })),
    target: targets,
  },
  'crossEntropy of labels': {
    loss: (x, t, reduction) => any(p.crossEntropy(...labelled(x, t), { reduction })),
    target: labels,
  },
  'crossEntropy of smoothed labels': {
    loss: (x, t, reduction) => any(p.crossEntropy(...labelled(x, t), { reduction, labelSmoothing: 0.1 })),
    target: labels,
  },
  'crossEntropy of probabilities': {
    loss: (x, t, reduction) => any(p.crossEntropy(...(labelled(x, t) as never as [never, never]), { reduction })),
    target: (seed) =>
      any(
        p.tensor(
          Array.from({ length: 12 }, (_, i) => (i % 3 === seed % 3 ? 0.5 : 0.25)),
          shape,
          'float64',
        ),
      ),
  },
  // Scores differ by sixteenths, so that this margin keeps every term away from 0.
  multiclassHinge: {
    loss: (x, t, reduction) => any(p.multiclassHinge(...labelled(x, t), { reduction, margin: 1 + 1 / 32 })),
    target: labels,
  },
}

const device = reference()
const tolerance = { absolute: 1e-10, relative: 1e-10 }
for (const [name, loss] of Object.entries(losses))
  check(
    lossLaws,
    { device, prediction: { shape, dtype: 'float64' }, tolerance, ...loss },
    seeds,
    { runs: 6 },
    `${name}: `,
  )
