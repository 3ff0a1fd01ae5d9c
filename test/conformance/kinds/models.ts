/** The models of the cases, as layers; their params are renamed to the library's. */

import type { AnyTensor, Device, Shape, Tensor } from 'pullback'
import * as p from 'pullback'
import { type Inputs, loose } from '../kind.js'

export interface ModelRun {
  readonly device: Device
  readonly params: Inputs
  readonly x: AnyTensor
  readonly labels: AnyTensor
  readonly steps: number
  readonly learningRate: number
}
export interface ModelResult {
  readonly gradients: Inputs
  readonly losses: readonly number[]
  readonly final: Inputs
}
export type Model = (run: ModelRun) => Promise<ModelResult>

interface Parts {
  readonly layer: unknown
  /** Names of the case to params of the layer. */
  readonly load: (params: Inputs) => unknown
  /** Params, or gradients, of the layer to names of the case. */
  readonly save: (params: never) => Inputs
  readonly input: AnyTensor
}

const none = {}
const generator = p.rng(0)

/** Full-batch gradient descent. */
const train =
  (parts: (run: ModelRun) => Parts): Model =>
  async (run) => {
    const { layer, load, save, input } = parts(run)
    const net = layer as p.Layer<AnyTensor, Tensor<[number, number]>, unknown, unknown>
    const optimizer = p.sgd(run.learningRate)
    const [initial] = net.init({ shape: input.shape, dtype: input.dtype })(generator)
    let state = initial.state
    let params = load(run.params)
    const losses: number[] = []
    let gradients: Inputs | undefined
    for (let i = 0; i < run.steps; i++) {
      const [apply] = net.train(generator)
      const [output, pullback, next] = apply(params, state, input)
      const [loss, cotangent] = p.valueAndGradient(
        (y: Tensor<[number, number]>) => loose(p.crossEntropy)(y, run.labels) as AnyTensor as Tensor<[]>,
      )(output)
      const [gradient] = pullback(cotangent)
      const [updates] = optimizer.update(gradient, optimizer.init(params), params)
      const done = await run.device.evaluate({
        params: p.applyUpdates(params, updates),
        state: next,
        loss: loss as AnyTensor,
        gradient,
      })
      ;({ params, state } = done)
      losses.push(p.item(done.loss))
      gradients ??= save(done.gradient as never)
    }
    return { gradients: gradients ?? {}, losses, final: save(params as never) }
  }

interface Weights {
  readonly weight: AnyTensor
  readonly bias: AnyTensor
}
const sizes = (x: AnyTensor | undefined): readonly number[] => (x as AnyTensor).shape
const denseOf = (weight: AnyTensor | undefined) => p.dense(sizes(weight)[1]!, sizes(weight)[0]!)
const chainOf = (...layers: readonly unknown[]): unknown =>
  (p.chain as unknown as (...layers: readonly unknown[]) => unknown)(...layers)

const mlp = train(({ params, x }) => ({
  layer: chainOf(denseOf(params.w1), p.relu(), denseOf(params.w2), p.relu(), denseOf(params.w3)),
  load: ({ w1, b1, w2, b2, w3, b3 }) => [
    { weight: w1, bias: b1 },
    none,
    { weight: w2, bias: b2 },
    none,
    { weight: w3, bias: b3 },
  ],
  save: ([a, , b, , c]: readonly Weights[]) => ({
    w1: a!.weight,
    b1: a!.bias,
    w2: b!.weight,
    b2: b!.bias,
    w3: c!.weight,
    b3: c!.bias,
  }),
  input: x,
}))

const conv3x3 = (weight: AnyTensor | undefined, options: object) => {
  const [out, inputs, height, width] = sizes(weight)
  return p.conv2d({ in: inputs!, out: out!, kernel: [height!, width!] as const, ...options })
}

const convnet = train(({ params, x }) => ({
  layer: chainOf(
    conv3x3(params.w1, { padding: 1 }),
    p.relu(),
    p.maxPool2d(2),
    conv3x3(params.w2, { padding: 1 }),
    p.relu(),
    p.maxPool2d(2),
    p.flatten(),
    denseOf(params.w3),
  ),
  load: ({ w1, b1, w2, b2, w3, b3 }) => [
    { weight: w1, bias: b1 },
    none,
    none,
    { weight: w2, bias: b2 },
    none,
    none,
    none,
    { weight: w3, bias: b3 },
  ],
  save: ([a, , , b, , , , c]: readonly Weights[]) => ({
    w1: a!.weight,
    b1: a!.bias,
    w2: b!.weight,
    b2: b!.bias,
    w3: c!.weight,
    b3: c!.bias,
  }),
  input: x,
}))

interface Block {
  readonly body: readonly [
    { weight: AnyTensor },
    { gamma: AnyTensor; beta: AnyTensor },
    unknown,
    { weight: AnyTensor },
    { gamma: AnyTensor; beta: AnyTensor },
  ]
  readonly projection: readonly [{ weight: AnyTensor }, { gamma: AnyTensor; beta: AnyTensor }]
}

const residualBlock = train(({ params, x }) => {
  const channels = sizes(params.w1)[0]!
  return {
    layer: chainOf(
      p.residual(
        chainOf(
          conv3x3(params.w1, { padding: 1, stride: 2, bias: false }),
          p.batchNorm(channels),
          p.relu(),
          conv3x3(params.w2, { padding: 1, bias: false }),
          p.batchNorm(channels),
        ) as never,
        chainOf(conv3x3(params.w3, { stride: 2, bias: false }), p.batchNorm(channels)) as never,
      ),
      p.relu(),
      p.globalAvgPool2d(),
      denseOf(params.w4),
    ),
    load: (i) => [
      {
        body: [{ weight: i.w1 }, { gamma: i.g1, beta: i.h1 }, none, { weight: i.w2 }, { gamma: i.g2, beta: i.h2 }],
        projection: [{ weight: i.w3 }, { gamma: i.g3, beta: i.h3 }],
      },
      none,
      none,
      { weight: i.w4, bias: i.b4 },
    ],
    save: ([{ body, projection }, , , last]: readonly [Block, unknown, unknown, Weights]) => ({
      w1: body[0].weight,
      g1: body[1].gamma,
      h1: body[1].beta,
      w2: body[3].weight,
      g2: body[4].gamma,
      h2: body[4].beta,
      w3: projection[0].weight,
      g3: projection[1].gamma,
      h3: projection[1].beta,
      w4: last.weight,
      b4: last.bias,
    }),
    input: x,
  }
})

interface Cell {
  readonly weightInput: AnyTensor
  readonly weightHidden: AnyTensor
  readonly biasInput: AnyTensor
}

/** The case has one bias where the cell has two; the second stays 0 by living outside of the params. */
const recurrent = train(({ params, x }) => {
  const [hidden, features] = sizes(params.wxh)
  const zeros = p.cast(p.zeros([hidden!] as Shape), x.dtype as 'float32') as AnyTensor
  const carry = p.cast(p.zeros([sizes(x)[1]!, hidden!] as Shape), x.dtype as 'float32') as AnyTensor
  const cell = p.rnn(features!, hidden!) as unknown as p.Layer<
    unknown,
    readonly [AnyTensor, AnyTensor],
    unknown,
    unknown
  >
  const load = ({ wxh, whh, bh, why, by }: Inputs) =>
    [
      { weightInput: wxh, weightHidden: whh, biasInput: bh },
      { weight: why, bias: by },
    ] as const
  const last = p.fromFunction(
    () => (generator) => [load(params) as never, generator],
    (own: readonly [Cell, Weights], input: AnyTensor) => {
      const [, h] = cell.infer({ ...own[0], biasHidden: zeros }, none, [input, carry])[0]
      return p.dense(hidden!, sizes(own[1].weight)[0]!).infer(own[1] as never, none, h as never)[0] as AnyTensor
    },
  ) as unknown
  return {
    layer: last,
    load,
    save: ([c, d]: readonly [Cell, Weights]) => ({
      wxh: c.weightInput,
      whh: c.weightHidden,
      bh: c.biasInput,
      why: d.weight,
      by: d.bias,
    }),
    input: x,
  }
})

export const models: Readonly<Record<string, Model>> = { mlp, convnet, residualBlock, recurrent }
