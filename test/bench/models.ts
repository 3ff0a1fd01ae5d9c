/** The networks of the workloads, as a user would write them. */
import {
  batchNorm,
  chain,
  conv2d,
  dense,
  flatten,
  globalAvgPool2d,
  type Layer,
  lastStep,
  lstm,
  maxPool2d,
  relu,
  residual,
  sequence,
  type Tensor,
} from 'pullback'

export const mlp = () => chain(dense(784, 256), relu(), dense(256, 128), relu(), dense(128, 10))

export const cnn = () =>
  chain(
    conv2d({ in: 1, out: 8, kernel: 5, padding: 2 }),
    relu(),
    maxPool2d(2),
    conv2d({ in: 8, out: 16, kernel: 5, padding: 2 }),
    relu(),
    maxPool2d(2),
    flatten(),
    dense(784, 120),
    relu(),
    dense(120, 10),
  )

const convolution = <I extends number, O extends number>(inputs: I, out: O, stride = 1) =>
  conv2d({ in: inputs, out, kernel: 3, padding: 1, stride, bias: false })

type Images = Tensor<[number, number, number, number]>
/** Params differ with the projection, and no one looks at them here. */
type Block = Layer<Images, Images, unknown, unknown>

/** Two 3x3 convolutions with batch norm; stride 2 and a 1x1 projection where the size changes. */
const block = (inputs: number, out: number): Block => {
  const stride = inputs === out ? 1 : 2
  const main = chain(convolution(inputs, out, stride), batchNorm(out), relu(), convolution(out, out), batchNorm(out))
  const joined =
    stride === 1
      ? residual(main)
      : residual(main, chain(conv2d({ in: inputs, out, kernel: 1, stride, bias: false }), batchNorm(out)))
  return chain(joined as unknown as Block, relu()) as unknown as Block
}

export const resnet = () =>
  chain(
    convolution(3, 16),
    batchNorm(16),
    relu(),
    block(16, 16),
    block(16, 32),
    block(32, 64),
    globalAvgPool2d(),
    dense(64, 10),
  )

/** 152 weight layers: a convolution, three stages of 25 blocks of two, and a dense layer. */
export const deep = () => {
  const stage = (inputs: number, out: number): readonly Block[] => [
    block(inputs, out),
    ...Array.from({ length: 24 }, () => block(out, out)),
  ]
  const stages = [...stage(8, 8), ...stage(8, 16), ...stage(16, 32)]
  const body = stages.reduce((network, next) => chain(network, next) as unknown as Block)
  return chain(convolution(3, 8), batchNorm(8), relu(), body, globalAvgPool2d(), dense(32, 10))
}

/** The last state of an LSTM over [time, batch, 32], to ten classes. */
export const lastOfLstm = () => chain(sequence(lstm(32, 128)), lastStep(), dense(128, 10))
