import * as p from 'pullback'
import { optimizerCompositionLaws, optimizerLaws, seeds } from 'pullback/laws'
import { devices } from '../devices.js'
import { check } from './support.js'

interface Rule {
  readonly optimizer: p.Optimizer
  readonly rests?: boolean
  readonly steps?: number
}
const rests = true
const rules: Readonly<Record<string, Rule>> = {
  sgd: { optimizer: p.sgd(0.1), rests },
  'sgd by schedule': { optimizer: p.sgd(p.schedule.cosine({ initial: 0.3, steps: 100 })), rests },
  momentum: { optimizer: p.momentum(0.05), rests },
  'momentum with decay': { optimizer: p.momentum(0.05, { decay: 0.8, weightDecay: 0.01 }) },
  nesterov: { optimizer: p.nesterov(0.05), rests },
  adagrad: { optimizer: p.adagrad(0.3), rests },
  rmsprop: { optimizer: p.rmsprop(0.02), rests },
  adadelta: { optimizer: p.adadelta(3), rests, steps: 400 },
  adam: { optimizer: p.adam(0.05), rests },
  adamw: { optimizer: p.adamw(0.05) },
  amsgrad: { optimizer: p.amsgrad(0.05), rests },
  nadam: { optimizer: p.nadam(0.05), rests },
  'clipped by value': { optimizer: p.chainOptimizers(p.clipByValue(0.5), p.sgd(0.1)), rests },
  'clipped by norm': { optimizer: p.chainOptimizers(p.clipByNorm(1), p.sgd(0.1)), rests },
  'clipped by global norm': { optimizer: p.chainOptimizers(p.clipByGlobalNorm(1), p.adam(0.05)), rests },
  'decoupled decay by schedule': {
    optimizer: p.chainOptimizers(
      p.scaleByAdam(),
      p.addDecayedWeights(0.01),
      p.scaleByRate(p.schedule.warmup(10, p.schedule.exponential({ initial: 0.1, rate: 0.01 }))),
    ),
  },
  lbfgs: { optimizer: p.lbfgs(), rests },
  'lbfgs with a short memory, by schedule': {
    optimizer: p.lbfgs(p.schedule.inverseSqrt({ initial: 0.5 }), { memory: 2 }),
    rests,
  },
  accumulated: { optimizer: p.accumulateGradients(3, p.adam(0.05)), rests },
  grouped: { optimizer: p.grouped([{ select: 'bias', optimizer: p.sgd(0.1) }], p.adam(0.05)), rests },
}

for (const { name, device, bound: _, ...rounding } of devices)
  for (const [rule, instance] of Object.entries(rules))
    check(optimizerLaws, { device, ...rounding, ...instance }, seeds, { runs: 3 }, `${name}, ${rule}: `)

for (const { name, device } of devices)
  check(
    optimizerCompositionLaws,
    {
      device,
      chain: p.chainOptimizers,
      identity: p.identityOptimizer,
      optimizers: [
        p.clipByGlobalNorm(1),
        p.scaleByAdam(),
        p.scaleByRate(p.schedule.linear({ initial: 0.1, steps: 9 })),
      ],
    },
    seeds,
    { runs: 5 },
    `${name}: `,
  )
