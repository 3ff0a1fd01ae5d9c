import {
  batchNorm,
  chain,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  freeze,
  globalAvgPool2d,
  inferring,
  initializer,
  lastStep,
  lstm,
  maxPool2d,
  named,
  relu,
  repeat,
  residual,
  selfAttention,
  sequence,
  shared,
  showSummary,
  summary,
} from 'pullback'
import { describe, expect, it } from 'vitest'

const images = (...shape: number[]) => ({ shape, dtype: 'float32' as const })

const lenet = named(
  { conv1: conv2d({ in: 1, out: 6, kernel: 5, padding: 2 }) },
  { relu1: relu() },
  { pool1: maxPool2d(2) },
  { conv2: conv2d({ in: 6, out: 16, kernel: 5 }) },
  { relu2: relu() },
  { pool2: maxPool2d(2) },
  { flat: flatten() },
  { fc1: dense(400, 120) },
  { relu3: relu() },
  { fc2: dense(120, 84) },
  { relu4: relu() },
  { fc3: dense(84, 10) },
)

describe('summary', () => {
  it('counts LeNet-5 as textbooks do', () => {
    const { rows, parameters, multiplyAdds, weightLayers, output } = summary(lenet, images(1, 1, 28, 28))
    expect(parameters).toBe(61706)
    expect(multiplyAdds).toBe(6 * 25 * 784 + 16 * 150 * 100 + 400 * 120 + 120 * 84 + 84 * 10)
    expect(weightLayers).toBe(5)
    expect(output).toEqual(images(1, 10))
    expect(rows.map(({ path }) => path).slice(0, 4)).toEqual(['conv1', 'relu1', 'pool1', 'conv2'])
    expect(rows[3]).toEqual({
      path: 'conv2',
      kind: 'conv2d',
      output: images(1, 16, 10, 10),
      parameters: 2416,
      multiplyAdds: 240000,
      weighted: true,
    })
  })
  it('is a table of fixed width, the same in every locale', () => {
    const lines = showSummary(summary(lenet, images(2, 1, 28, 28))).split('\n')
    expect(lines[0]).toMatch(/^path +layer +output +parameters +multiply-adds$/)
    expect(lines[2]).toMatch(/input +float32 \[2, 1, 28, 28\]$/)
    expect(lines.find((line) => line.startsWith('fc1'))).toMatch(/dense +float32 \[2, 120\] +48,120 +96,000$/)
    expect(lines.at(-1)).toMatch(/5 weight layers +float32 \[2, 10\] +61,706 +833,040$/)
  })
  it('looks inside every composite, with the paths of the params', () => {
    const block = residual(
      chain(conv2d({ in: 2, out: 4, kernel: 3, padding: 1, stride: 2, bias: false }), batchNorm(4)),
      conv2d({ in: 2, out: 4, kernel: 1, stride: 2 }),
    )
    const net = chain(block, freeze(inferring(batchNorm(4))), repeat(2, residual(relu())), globalAvgPool2d())
    expect(summary(net, images(3, 2, 8, 8)).rows.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      '0.body.0 conv2d',
      '0.body.1 batchNorm',
      '0.projection conv2d',
      '1 batchNorm',
      '2.0 relu',
      '2.1 relu',
      '3 globalAvgPool2d',
    ])
  })
  it('counts groups, sequences and attention', () => {
    const grouped = conv2d({ in: 4, out: 4, kernel: 3, groups: 4, padding: 1 })
    expect(summary(grouped, images(1, 4, 5, 5)).multiplyAdds).toBe(4 * 9 * 25)
    const network = chain(sequence(lstm(3, 5)), lastStep(), dense(5, 2))
    expect(summary(network, images(7, 2, 3))).toMatchObject({
      multiplyAdds: 7 * 2 * 4 * 5 * (3 + 5) + 2 * 5 * 2,
      parameters: 4 * 5 * (3 + 5 + 2) + 12,
      weightLayers: 2,
    })
    const attending = chain(embedding(11, 4), selfAttention({ features: 4, heads: 2 }))
    expect(summary(attending, { shape: [2, 3], dtype: 'int32' }).multiplyAdds).toBe(2 * (4 * 3 * 4 * 4 + 2 * 3 * 3 * 4))
  })
  it('counts a shared layer once, and its work each time', () => {
    const twins = shared(2, chain(dense(3, 4), relu()))
    const both = [images(5, 3), images(5, 3)]
    expect(summary(twins, both)).toMatchObject({ parameters: 16, multiplyAdds: 2 * 5 * 12, weightLayers: 1 })
  })
  it('reads single layers and costs no arrays', () => {
    const huge = dense(40_000, 40_000, { weightInitializer: initializer.xavierUniform() })
    expect(summary(huge, images(1, 40_000)).parameters).toBe(1.6e9 + 4e4)
    expect(summary(dropout(0.5), images(2, 3)).rows).toMatchObject([{ path: '', kind: 'dropout', parameters: 0 }])
  })
  it('names the layer that does not fit', () => {
    const wrong = named({ conv: conv2d({ in: 1, out: 2, kernel: 9 }) }, { flat: flatten() })
    expect(() => summary(wrong, images(1, 1, 5, 5))).toThrow(/^conv\.conv2d: expected an image that a kernel/)
  })
})
