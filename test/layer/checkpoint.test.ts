import {
  type AnyTensor,
  chain,
  checkpoint,
  dense,
  dropout,
  type Layer,
  mapTree,
  ones,
  rng,
  type Tensor,
  tanh,
  tensor,
  toArray,
} from 'pullback'
import { cpu } from 'pullback/cpu'
import { expect, test } from 'vitest'

type Square = Layer<Tensor<[number, number]>, Tensor<[number, number]>, unknown, unknown>

const block = (): Square =>
  chain(dense(64, 64), tanh(), dropout(0.25), dense(64, 64), tanh(), dense(64, 64), tanh()) as unknown as Square
const deep = (wrap: (layer: Square) => Square): Square =>
  chain(...(Array.from({ length: 8 }, () => wrap(block())) as unknown as [Square, Square])) as unknown as Square

const device = cpu()
const x = tensor(
  Float32Array.from({ length: 256 * 64 }, (_, i) => ((i % 17) - 8) / 8),
  [256, 64],
)

const gradientOf = (layer: Square) => {
  const [{ params, state }, next] = layer.init({ shape: [256, 64], dtype: 'float32' })(rng(3))
  const values = device.evaluateSync({ params, state })
  const [output, pullback] = layer.train(next)[0](values.params, values.state, x as Tensor<[number, number]>)
  return pullback(ones([256, 64]) as Tensor<[number, number]>)[0] ?? output
}

test('the gradients have the same bits', () => {
  const bits = (tree: unknown): string[] => {
    const out: string[] = []
    mapTree(device.evaluateSync(tree), (leaf: AnyTensor) => {
      out.push(Buffer.from(toArray(leaf).buffer).toString('base64'))
      return leaf
    })
    return out
  }
  expect(bits(gradientOf(deep(checkpoint)))).toEqual(bits(gradientOf(deep((layer) => layer))))
})

test('the workspace is smaller', () => {
  const bytes = (layer: Square): number => device.explainSync(gradientOf(layer)).workspaceBytes
  expect(bytes(deep(checkpoint))).toBeLessThan(0.6 * bytes(deep((layer) => layer)))
})
