/** Initialisers, optimizers, schedules, generators, samplers and training runs that break their laws. */
import * as p from 'pullback'
import * as l from 'pullback/laws'
import { reference } from 'pullback/reference'
import { devices } from '../../devices.js'
import { type Broken, breaks, named } from '../support.js'

type Any = p.AnyTensor
const float = (x: unknown): p.Tensor => x as p.Tensor
const loose = (layer: unknown): p.AnyLayer => layer as p.AnyLayer
const device = reference()
const { initializer } = p

/** A number that is another one each time. */
const counter = (): (() => number) => {
  let count = 0
  return () => ++count
}
const next = counter()

const weights: l.InitializerInstance = {
  device,
  initializer: initializer.kaimingNormal(),
  shape: [24, 8, 3, 3],
  fans: initializer.fansOf([24, 8, 3, 3]),
  variance: 2 / 72,
}
const wrongFans: p.Initializer = (shape) => initializer.kaimingNormal()(shape, { in: shape[1]!, out: shape[0]! })

const initializers: readonly Broken[] = [
  breaks(
    named(l.initializerLaws, 'equal generators give equal arrays of the shape'),
    'a count of draws',
    { ...weights, initializer: (shape) => (rng) => [p.full(shape, next()) as p.Tensor, rng] },
    l.seeds,
  ),
  breaks(
    named(l.initializerLaws, 'mean and variance are the promised ones'),
    'fans without the kernel',
    { ...weights, initializer: wrongFans },
    l.seeds,
  ),
  breaks(
    l.depthLaw,
    'a gain of 1 before rectifiers',
    { device: devices[devices.length - 1]!.device, initializer: initializer.lecunNormal(), activation: 'relu' },
    l.seeds,
    { runs: 1 },
  ),
  breaks(
    l.fanLaw,
    'fans without the kernel',
    {
      device,
      layer: loose(p.conv2d({ in: 8, out: 24, kernel: 3, weightInitializer: wrongFans })),
      input: { shape: [2, 8, 9, 9], dtype: 'float32' },
      gain: Math.SQRT2,
      weights: 24 * 72,
    },
    l.seeds,
  ),
  breaks(
    l.orthogonalLaw,
    'normal numbers',
    { device, initializer: initializer.lecunNormal(), rows: 5, columns: 8, gain: 1 },
    l.seeds,
  ),
]

/** Gradient descent with a rate that it counts down outside its state. */
const hiddenCount = (): p.Optimizer => {
  const step = counter()
  return {
    init: () => ({ slots: {} }),
    update: (gradients, state) => [
      p.mapTree(gradients, (g) => p.mul(float(g), -0.1 / step()) as unknown as Any),
      state,
    ],
  }
}
const optimizerWith = (optimizer: p.Optimizer): l.OptimizerInstance => ({ device, optimizer, rests: true })
const composed: l.OptimizerCompositionInstance = {
  device,
  chain: p.chainOptimizers,
  identity: p.identityOptimizer,
  optimizers: [p.clipByGlobalNorm(1), p.scaleByAdam(), p.sgd(0.1)],
}

const optimizers: readonly Broken[] = [
  breaks(
    named(l.optimizerLaws, 'an update is like the params'),
    'updates that are flat',
    optimizerWith({
      init: p.sgd(1).init,
      update: (gradients, state) => [p.mapTree(gradients, (g) => p.reshape(float(g), [-1]) as unknown as Any), state],
    }),
    l.seeds,
  ),
  breaks(
    named(l.optimizerLaws, 'stopping and resuming changes no bit'),
    'a count outside the state',
    optimizerWith(hiddenCount()),
    l.seeds,
  ),
  breaks(named(l.optimizerLaws, 'no gradient, no update'), 'weight decay', optimizerWith(p.adamw(0.1)), l.seeds),
  breaks(named(l.optimizerLaws, 'a parabola comes down'), 'ascent', optimizerWith(p.sgd(-0.01)), l.seeds, { runs: 1 }),
  breaks(
    named(l.optimizerCompositionLaws, 'composition is associative'),
    'the last one first',
    { ...composed, chain: (...all) => p.chainOptimizers(...all.slice(1), all[0]!) },
    l.seeds,
  ),
  breaks(
    named(l.optimizerCompositionLaws, 'the identity is the unit'),
    'a unit that turns the gradient around',
    { ...composed, identity: p.scaleBy(-1) },
    l.seeds,
  ),
]

const rules: readonly Broken[] = [
  breaks(
    l.trajectoryLaw,
    'a rate that is not negated',
    {
      device,
      optimizer: p.sgd(0.1),
      rule: () => (g) => 0.1 * g,
      tolerance: { absolute: 1e-12, relative: 1e-12 },
    },
    l.seeds,
  ),
]

const squared: l.LossInstance = {
  device,
  loss: (x, t, reduction) => p.meanSquaredError(float(x), float(t), { reduction }) as unknown as Any,
  prediction: { shape: [3, 2], dtype: 'float64' },
  target: (seed) => l.dyadic([3, 2], 'float64', seed + 1),
  tolerance: { absolute: 1e-9, relative: 1e-9 },
}
const losses: readonly Broken[] = [
  breaks(
    named(l.lossLaws, 'mean and sum are those of the terms'),
    'a mean over the batch alone',
    {
      ...squared,
      loss: (x, t, reduction) =>
        reduction === 'mean'
          ? (p.mul(float(squared.loss(x, t, 'sum')), 1 / 3) as unknown as Any)
          : squared.loss(x, t, reduction),
    },
    l.seeds,
  ),
  breaks(
    named(l.lossLaws, 'a target of another shape is an error'),
    'a loss that broadcasts',
    { ...squared, loss: (x, t) => p.mean(p.square(p.sub(float(x), float(t)) as p.Tensor)) as unknown as Any },
    l.seeds,
  ),
  breaks(
    named(l.lossLaws, 'the derivative agrees with differences'),
    'a derivative that is stopped',
    {
      ...squared,
      loss: (x, t, reduction) => squared.loss(p.stopGradient(float(x)) as unknown as Any, t, reduction),
    },
    l.seeds,
  ),
]

const last = counter()
const schedules: readonly Broken[] = [
  breaks(
    named(l.scheduleLaws, 'rates are finite and not negative'),
    'a line below 0',
    { schedule: (t) => 0.1 - t / 500 },
    l.scheduleSteps(),
  ),
  breaks(
    named(l.scheduleLaws, 'a rate depends on its step alone'),
    'a count of calls',
    { schedule: () => 1 / last() },
    l.scheduleSteps(),
  ),
  breaks(
    named(l.scheduleLaws, 'rates rise to their top and fall from it'),
    'restarts',
    { schedule: p.schedule.cosineRestarts({ initial: 0.1, period: 10 }), fallsFrom: 0 },
    l.scheduleSteps(),
  ),
]

const { rng, draw, split, foldIn } = p
const right: l.GeneratorInstance = { block: p.threefry, rng, draw, split, foldIn }
const generators: readonly Broken[] = [
  breaks(
    named(l.generatorLaws, 'the block function gives the published vectors'),
    'words exchanged',
    {
      ...right,
      block: (key, at) => {
        const [a, b] = p.threefry(key, at)
        return [b, a]
      },
    },
    l.seeds,
  ),
  breaks(
    named(l.generatorLaws, 'a draw advances the counter by one'),
    'a generator that is not handed on',
    { ...right, draw: (generator) => [draw(generator)[0], generator] },
    l.seeds,
  ),
  breaks(
    named(l.generatorLaws, 'seeds, draws, splits and names give different keys'),
    'a split that keeps the key',
    { ...right, split: (generator) => [generator, split(generator)[1]] },
    l.seeds,
  ),
  breaks(
    named(l.generatorLaws, 'a name means the same stream, whatever was drawn'),
    'names of the next draw',
    { ...right, foldIn: (generator, name) => foldIn(split(generator)[0], name) },
    l.seeds,
  ),
]

const uniform: l.SamplerInstance = {
  device,
  sampler: (n) => p.uniform({ shape: [n] }),
  onHost: (size) => p.hostUniform({ size }),
  mean: 0.5,
  variance: 1 / 12,
  distribution: (x) => x,
}
const mapped =
  (f: (x: p.Tensor, n: number) => unknown): l.SamplerInstance['sampler'] =>
  (n) =>
  (generator) => {
    const [x, after] = p.uniform({ shape: [n] })(generator)
    return [f(x as unknown as p.Tensor, n) as Any, after]
  }
const samplers: readonly Broken[] = [
  breaks(
    named(l.samplerLaws, 'equal generators give equal draws'),
    'a count of draws',
    { ...uniform, sampler: mapped((x) => p.mul(x, 1 / next())) },
    l.seeds,
    { runs: 1 },
  ),
  breaks(
    named(l.samplerLaws, 'the host and the device draw the same bits'),
    'one bit',
    { ...uniform, sampler: mapped((x) => p.mul(x, 1 + 2 ** -22)) },
    l.seeds,
    { runs: 1 },
  ),
  breaks(
    named(l.samplerLaws, 'mean and variance are the promised ones'),
    'a biased generator: the square of uniform numbers',
    { ...uniform, sampler: mapped((x) => p.square(x)) },
    l.seeds,
    { runs: 1 },
  ),
  breaks(
    named(l.samplerLaws, 'the distribution is the promised one'),
    'another distribution of the same mean and variance',
    { ...uniform, sampler: (n) => p.normal({ shape: [n], mean: 0.5, deviation: Math.sqrt(1 / 12) }) },
    l.seeds,
    { runs: 1 },
  ),
  breaks(
    named(l.samplerLaws, 'elements and split streams are uncorrelated'),
    'every number twice',
    {
      ...uniform,
      sampler: mapped((x, n) => p.repeatElements(p.slice(x, [0], [n / 2]) as never, 2 as never, 0 as never)),
    },
    l.seeds,
    { runs: 1 },
  ),
]

interface State {
  readonly weight: Any
  readonly velocity: Any
  readonly step: number
}
const start = (seed: number): State => ({
  weight: l.dyadic([3], 'float32', seed),
  velocity: l.dyadic([3], 'float32', seed + 1),
  step: 0,
})
const advanced = (state: State, batch: Any): State => {
  const velocity = p.add(p.mul(float(state.velocity), 0.7) as p.Tensor, float(batch))
  return {
    weight: p.add(float(state.weight), p.mul(velocity as p.Tensor, 1 / (state.step + 3)) as p.Tensor) as unknown as Any,
    velocity: velocity as unknown as Any,
    step: state.step + 1,
  }
}
const plainFold: l.TrainingInstance<State, Any>['fold'] = async (from, batches, onSnapshot) => {
  let state = from
  for (const batch of batches) {
    state = device.evaluateSync(advanced(state, batch))
    onSnapshot(state)
  }
  return state
}
const training: l.TrainingInstance<State, Any> = {
  start,
  batches: (seed) => [0, 1, 2, 3].map((i) => l.dyadic([3], 'float32', seed + 10 + i)),
  fold: plainFold,
  save: (state) => p.encodeCheckpoint(state),
  load: (bytes, seed) => {
    const read = p.decodeCheckpoint(start(seed))(bytes)
    if (read._tag === 'Left') throw new Error('the checkpoint is not read')
    return read.right.tree
  },
}
const trainingLaws = l.trainingLaws<State, Any>()
const runs: readonly Broken[] = [
  breaks(
    named(trainingLaws, 'the same start and batches give the same bits'),
    'a count of runs',
    { ...training, fold: (from, batches, keep) => plainFold({ ...from, step: from.step + next() }, batches, keep) },
    l.trainingRuns,
  ),
  breaks(
    named(trainingLaws, 'a fold over two parts is two folds'),
    'a fold that forgets the step',
    { ...training, fold: (from, batches, keep) => plainFold({ ...from, step: 0 }, batches, keep) },
    l.trainingRuns,
  ),
  breaks(
    named(trainingLaws, 'saving and resuming changes no bit'),
    'a lossy resume: the velocity is not saved',
    {
      ...training,
      load: async (bytes, seed) => ({ ...(await training.load(bytes, seed)), velocity: start(seed).velocity }),
    },
    l.trainingRuns,
  ),
  breaks(
    named(trainingLaws, 'inputs and snapshots stay as they are'),
    'one snapshot in the place of all',
    {
      ...training,
      fold: async (from, batches, onSnapshot) => {
        const place = from.weight
        const end = await plainFold(from, batches, onSnapshot)
        overwrite(place, p.toArray(end.weight))
        return end
      },
    },
    l.trainingRuns,
  ),
]

/** Writes into the storage of a tensor on the host, as no user can. */
function overwrite(x: Any, values: ArrayLike<number>): void {
  const { payload } = x as unknown as { readonly payload: { readonly data: Float32Array } }
  payload.data.set(values)
}

export const brokenRuns: readonly Broken[] = [
  ...initializers,
  ...optimizers,
  ...rules,
  ...losses,
  ...schedules,
  ...generators,
  ...samplers,
  ...runs,
]
