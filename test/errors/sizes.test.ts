/** Sizes that do not fit: found at construction, at `init` or at the first batch, with the whole path. */
import * as p from 'pullback'
import { describe, expect, test } from 'vitest'
import { mistakeOf, untyped } from './mistake.js'

const float = (...shape: number[]): p.Spec => ({ shape, dtype: 'float32' })
const init = (layer: unknown, spec: p.Spec) => untyped(layer).init(spec)(p.rng(0))[0]
const layerBefore = 'Make this size that of the layer before.'

describe('a wrong size deep inside', () => {
  const block = (channels: number) =>
    p.named({ conv: p.conv2d({ in: 3, out: 4, kernel: 3, padding: 1 }) }, { norm: untyped(p.batchNorm(channels)) })
  const mistake = { path: 'norm.batchNorm', expected: 'size 5 on axis 1', got: '[2, 4, 8, 8]', fix: layerBefore }
  const at = (path: string) => ({ ...mistake, path: `${path}.${mistake.path}` })

  test('has its path through chains and records', () => {
    const net = p.named({ stem: p.chain(p.identity(), untyped(block(5))) }, { head: untyped(p.flatten()) })
    expect(mistakeOf(() => init(net, float(2, 3, 8, 8)))).toEqual(at('stem.1'))
  })
  test('has its path through every combinator', () => {
    const inside = untyped(block(5))
    const wrapped: readonly (readonly [string, unknown])[] = [
      ['net.0', p.fanOut(inside, inside)],
      ['net', p.residual(inside)],
      ['net.body', p.residual(inside, untyped(p.conv2d({ in: 3, out: 4, kernel: 1 })))],
      ['net.projection', p.residual(untyped(p.conv2d({ in: 3, out: 4, kernel: 1 })), inside)],
      ['net.0', p.repeat(2, inside)],
      ['net', p.freeze(inside)],
      ['net', p.inferring(inside)],
    ]
    for (const [path, layer] of wrapped)
      expect(mistakeOf(() => init(p.named({ net: untyped(layer) }), float(2, 3, 8, 8)))).toEqual(at(path))
    expect(mistakeOf(() => init(p.named({ net: p.shared(1, inside) }), untyped([float(2, 3, 8, 8)])))).toEqual(
      at('net'),
    )
  })
  test('is found in a batch, too, forward and back', () => {
    const net = untyped(p.named({ a: p.chain(p.dense(3, 4), p.relu()) }))
    const { params, state } = init(net, float(2, 3))
    const wrong = { path: 'a.0.dense', expected: 'size 3 on axis 1', got: '[2, 5]', fix: layerBefore }
    expect(mistakeOf(() => net.infer(params, state, p.zeros([2, 5])))).toEqual(wrong)
    expect(mistakeOf(() => net.train(p.rng(0))[0](params, state, p.zeros([2, 5])))).toEqual(wrong)
    const [, pullback] = net.infer(params, state, p.zeros([2, 3]))
    expect(mistakeOf(() => pullback(p.zeros([2, 3])))).toEqual({
      path: 'a.1.relu',
      expected: 'a cotangent float32 [2, 4]',
      got: 'float32 [2, 3]',
      fix: 'A cotangent has the shape and dtype of the output it belongs to.',
    })
  })
  test('says what a forgotten flatten is', () => {
    const net = p.chain(p.conv2d({ in: 1, out: 2, kernel: 3 }), untyped(p.dense(72, 10)))
    expect(mistakeOf(() => init(net, float(5, 1, 8, 8)))).toEqual({
      path: '1.dense',
      expected: 'an array of rank 2',
      got: '[5, 2, 6, 6]',
      fix: 'Inputs are batch, feature: put flatten() before, or use linear for any rank.',
    })
  })
})

describe('sizes that are no whole numbers, or negative', () => {
  test.each([0, -1, 1.5, Number.NaN])('a layer of %s', (n) => {
    expect(mistakeOf(() => p.dense(n, 3))).toEqual({
      path: 'dense',
      expected: 'inputs a positive whole number',
      got: String(n),
      fix: 'Give the number of elements as inputs.',
    })
    expect(mistakeOf(() => p.conv2d({ in: 1, out: 2, kernel: [3, n] }))).toEqual({
      path: 'conv2d',
      expected: 'kernel as a whole number from 1, or a pair of them',
      got: JSON.stringify([3, n]),
      fix: 'Pairs are height, width.',
    })
  })
  test.each([-1, 1.5, Number.NaN])('an array of %s', (n) => {
    expect(mistakeOf(() => p.zeros([2, n]))).toEqual({
      path: 'full',
      expected: 'sizes that are non-negative integers',
      got: `[2, ${n}]`,
      fix: 'Write whole numbers of elements.',
    })
    expect(mistakeOf(() => init(p.named({ a: p.dense(2, 3) }), float(n, 2)))).toEqual({
      path: 'a.dense',
      expected: 'sizes that are non-negative integers',
      got: `[${n}, 2]`,
      fix: 'Write whole numbers of elements.',
    })
    expect(mistakeOf(() => p.normal({ shape: [n] })(p.rng(0)))).toEqual({
      path: 'bits',
      expected: 'sizes that are non-negative integers',
      got: `[${n}]`,
      fix: 'Write whole numbers of elements.',
    })
  })
})

describe('a kernel larger than its padded input', () => {
  const fix = 'Use a smaller kernel, more padding, or fewer poolings before.'
  test('in a convolution', () => {
    const net = p.named({ conv1: p.conv2d({ in: 1, out: 1, kernel: 5, padding: 1 }) })
    expect(mistakeOf(() => init(net, float(1, 1, 2, 9)))).toEqual({
      path: 'conv1.conv2d',
      expected: 'an image that a kernel of [5, 5] fits into',
      got: '[4, 11], with padding',
      fix,
    })
  })
  test('with dilation, as a function of images', () => {
    expect(mistakeOf(() => p.convolve2d(p.zeros([1, 1, 4, 4]), p.zeros([1, 1, 3, 3]), { dilation: 2 }))).toEqual({
      path: 'convolve2d',
      expected: 'an image that a kernel of [5, 5] fits into',
      got: '[4, 4], with padding',
      fix,
    })
  })
  test('in pooling', () => {
    for (const [name, pool] of [
      ['maxPool2d', p.maxPool2d(3)],
      ['avgPool2d', p.avgPool2d(3)],
    ] as const)
      expect(mistakeOf(() => init(p.chain(untyped(pool)), float(1, 1, 2, 9)))).toEqual({
        path: `0.${name}`,
        expected: 'an image that a kernel of [3, 3] fits into',
        got: '[2, 9], with padding',
        fix,
      })
  })
})

describe('batches without examples', () => {
  const skip = 'Skip batches without examples.'
  const empty = (path: string, got: string, expected = 'at least one term', fix = skip) => ({
    path,
    expected,
    got,
    fix,
  })

  test('have no loss and no accuracy', () => {
    const labels = p.zeros([0], 'int32')
    expect(mistakeOf(() => p.crossEntropy(p.zeros([0, 3]), labels))).toEqual(empty('crossEntropy', '[0]'))
    expect(mistakeOf(() => p.meanSquaredError(p.zeros([0, 3]), p.zeros([0, 3])))).toEqual(
      empty('meanSquaredError', '[0, 3]'),
    )
    expect(mistakeOf(() => p.accuracy(p.zeros([0, 3]), labels))).toEqual(
      empty('accuracy', '[0, 3]', 'at least one row'),
    )
  })
  test('are no step of training, whatever the loss', () => {
    const layer = p.dense(2, 1)
    const optimizer = p.sgd(0.1)
    const descend = p.step({ layer, optimizer, loss: (y: p.Tensor) => p.mean(y) as p.Tensor<[]> })
    const [start] = p.initialTrainState(layer, optimizer, float(1, 2))(p.rng(0))
    const batch = { inputs: p.zeros([0, 2]), targets: p.zeros([0, 1]) }
    expect(mistakeOf(() => descend(start, untyped(batch)))).toEqual(
      empty('step', '[0, 2]', 'a batch of at least one example'),
    )
  })
  test('have no statistics, no largest element, and no last step', () => {
    const norm = untyped(p.batchNorm(3))
    const { params, state } = init(norm, float(2, 3))
    expect(mistakeOf(() => norm.train(p.rng(0))[0](params, state, p.zeros([0, 3])))).toEqual(
      empty(
        'batchNorm',
        '[0, 3]',
        'more than one element a channel in training',
        'Train on larger batches, or use layerNorm or groupNorm.',
      ),
    )
    expect(mistakeOf(() => p.max(p.zeros([0, 3]), 0))).toEqual(
      empty('max', '[0, 3]', 'at least one element to choose from', 'Skip empty batches.'),
    )
    for (const [name, layer] of [
      ['lastStep', p.lastStep()],
      ['lstm', p.sequence(p.lstm(3, 4))],
    ] as const)
      expect(mistakeOf(() => init(layer, float(0, 2, 3)))).toEqual(
        empty(name, '[0, 2, 3]', 'at least one step', 'Leave out sequences without steps.'),
      )
  })
  test('come of no data set', () => {
    const of = (count: number) =>
      p.dataset(
        p.storedArray('float32', [count, 1], new Float32Array(count)),
        p.storedArray('int32', [count], new Int32Array(count)),
      )
    expect(mistakeOf(() => p.batches(of(3), { size: 0 }))).toEqual(
      empty('batches: size', '0', 'a whole number above 0', 'Take 32 to 256 examples at a time.'),
    )
    expect(mistakeOf(() => p.batches(of(0), { size: 2 }))).toEqual(
      empty('batches', 'none', 'at least one example', 'Check what was read, or how it was split.'),
    )
    expect(mistakeOf(() => p.epochs(of(3), { size: 4, epochs: 1, dropLast: true }))).toEqual(
      empty('batches: size', '4', 'at most the 3 examples', 'A batch that is not full is left out.'),
    )
  })
  test('but inference on none is none', async () => {
    const { reference } = await import('pullback/reference')
    const { cpu } = await import('pullback/cpu')
    const net = untyped(p.chain(p.conv2d({ in: 1, out: 2, kernel: 3 }), p.relu(), p.flatten(), p.dense(72, 3)))
    const { params, state } = init(net, float(1, 1, 8, 8))
    for (const device of [reference(), cpu()])
      expect(device.evaluateSync(net.infer(params, state, p.zeros([0, 1, 8, 8]))[0]).shape).toEqual([0, 3])
  })
})

describe('loops', () => {
  const loop = (length: number) =>
    p.scan((carry: p.Tensor) => [carry, carry] as const, p.ones([2]) as p.Tensor, [] as never, { length })
  test.each([-1, 1.5, Number.NaN])('of %s steps', (length) => {
    expect(mistakeOf(() => loop(length))).toEqual({
      path: 'scan',
      expected: 'a whole number of steps from 0 on',
      got: String(length),
      fix: 'Leave it out where there are sequences.',
    })
  })
  test('of no steps', () => {
    const [last, all] = loop(0)
    expect([last.shape, all.shape]).toEqual([[2], [0, 2]])
  })
})
