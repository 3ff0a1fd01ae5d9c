/** Element types and class numbers that do not fit. */
import * as p from 'pullback'
import { describe, expect, test } from 'vitest'
import { mistakeOf, untyped } from './mistake.js'

const ints = (...shape: number[]): p.Spec => ({ shape, dtype: 'int32' })
const cast = `Write cast(x, 'float32') first.`
const makeLabels = `Make the labels with tensor(values, shape, 'int32').`
const init = (layer: unknown, spec: p.Spec) => untyped(layer).init(spec)(p.rng(0))[0]

describe('integers where floats are needed', () => {
  const floats = (path: string, fix = cast) => ({ path, expected: 'float32 or float64', got: 'int32', fix })
  test.each([
    ['dense', p.dense(3, 4), ints(2, 3)],
    ['conv2d', p.conv2d({ in: 3, out: 4, kernel: 1 }), ints(2, 3, 4, 4)],
    ['maxPool2d', p.maxPool2d(2), ints(2, 3, 4, 4)],
    ['batchNorm', p.batchNorm(3), ints(2, 3)],
    ['layerNorm', p.layerNorm(3), ints(2, 3)],
    ['relu', p.relu(), ints(2, 3)],
    ['lstm', p.sequence(p.lstm(3, 4)), ints(5, 2, 3)],
    ['selfAttention', p.selfAttention({ features: 4, heads: 2 }), ints(2, 3, 4)],
  ])('in %s', (name, layer, spec) => {
    expect(mistakeOf(() => init(p.named({ block: p.chain(p.identity(), untyped(layer)) }), spec))).toEqual(
      floats(`block.1.${name}`),
    )
  })
  test('in functions of arrays', () => {
    const x = untyped(p.zeros([2, 2], 'int32'))
    for (const [name, f] of Object.entries({ exp: p.exp, sqrt: p.sqrt, mean: p.mean }))
      expect(mistakeOf(() => untyped(f)(x))).toEqual(floats(name))
    expect(mistakeOf(() => p.matmul(x, x))).toEqual({
      path: 'matmul',
      expected: 'operands of one float dtype',
      got: 'int32 and int32',
      fix: 'Cast one of them.',
    })
    expect(mistakeOf(() => p.add(p.zeros([2]), untyped(p.zeros([2], 'int32'))))).toEqual({
      path: 'add',
      expected: 'operands of one dtype',
      got: 'float32 and int32',
      fix: `Write cast(x, 'float32') on one of them.`,
    })
  })
  test('in a loss whose gradient is asked for', () => {
    expect(mistakeOf(() => p.grad((x: p.Tensor) => p.sum(p.cast(x, 'int32')) as never)(p.zeros([2])))).toEqual({
      path: 'gradient',
      expected: 'a scalar loss, float32 or float64',
      got: 'int32 []',
      fix: 'Reduce it to one number: mean(loss) or sum(loss).',
    })
  })
})

describe('floats where integers are needed', () => {
  test('as labels', () => {
    expect(mistakeOf(() => p.crossEntropy(p.zeros([2, 3]), untyped(p.zeros([2]))))).toEqual({
      path: 'crossEntropy',
      expected: 'int32 labels, or probabilities of shape [2, 3]',
      got: 'float32 [2]',
      fix: makeLabels,
    })
    for (const [path, measure] of [
      ['multiclassHinge', p.multiclassHinge],
      ['accuracy', p.accuracy],
      ['topK', p.topK(2)],
      ['confusionMatrix', p.confusionMatrix(3)],
    ] as const)
      expect(mistakeOf(() => untyped(measure)(p.zeros([2, 3]), p.zeros([2])))).toEqual({
        path,
        expected: 'int32 labels',
        got: 'float32',
        fix: makeLabels,
      })
  })
  test('as indices', () => {
    expect(mistakeOf(() => init(p.named({ words: p.embedding(3, 2) }), { shape: [2], dtype: 'float32' }))).toEqual({
      path: 'words.embedding',
      expected: 'int32 or uint32 indices',
      got: 'float32',
      fix: `Make them with tensor(values, shape, 'int32').`,
    })
  })
})

describe('host labels out of range', () => {
  test.each([3, -1])('%s of three classes', (label) => {
    const labels = p.tensor([0, label], [2], 'int32')
    for (const [path, measure, fix] of [
      ['crossEntropy', p.crossEntropy, 'Count classes from 0, and give the layer one output for each.'],
      ['multiclassHinge', p.multiclassHinge, 'Count classes from 0, and give the layer one output for each.'],
      ['accuracy', p.accuracy, 'Count classes from 0; one logit belongs to each.'],
      ['topK', p.topK(2), 'Count classes from 0; one logit belongs to each.'],
      ['confusionMatrix', p.confusionMatrix(3), 'Count classes from 0; one logit belongs to each.'],
    ] as const)
      expect(mistakeOf(() => untyped(measure)(p.zeros([2, 3]), labels))).toEqual({
        path,
        expected: 'labels from 0 to 2',
        got: String(label),
        fix,
      })
  })
  test('and indices beyond a table', () => {
    const layer = untyped(p.named({ words: p.embedding(3, 2) }))
    const { params, state } = init(layer, ints(2))
    expect(mistakeOf(() => layer.infer(params, state, p.tensor([0, 3], [2], 'int32')))).toEqual({
      path: 'words.embedding',
      expected: 'indices from 0 to 2',
      got: '3',
      fix: 'Check the vocabulary, or make the table larger.',
    })
  })
})

describe('cotangents of the wrong shape', () => {
  const fix = 'A cotangent has the shape and dtype of the output it belongs to.'
  const back = (layer: unknown, input: unknown, spec: p.Spec) => {
    const own = untyped(p.named({ own: untyped(layer) }))
    const { params, state } = init(own, spec)
    return own.infer(params, state, input)[1] as (cotangent: unknown) => unknown
  }
  const x = p.zeros([2, 3])
  const spec: p.Spec = { shape: [2, 3], dtype: 'float32' }

  test('of a layer, in shape or dtype, or none', () => {
    const pullback = back(p.dense(3, 4), x, spec)
    const wanted = { path: 'own.dense', expected: 'a cotangent float32 [2, 4]', fix }
    expect(mistakeOf(() => pullback(p.zeros([4, 2])))).toEqual({ ...wanted, got: 'float32 [4, 2]' })
    expect(mistakeOf(() => pullback(p.zeros([2, 4], 'int32')))).toEqual({ ...wanted, got: 'int32 [2, 4]' })
    expect(mistakeOf(() => pullback(undefined))).toEqual({ ...wanted, got: 'undefined' })
  })
  test('of a layer of several outputs', () => {
    for (const [name, layer, input, specs] of [
      ['fanOut', p.fanOut(p.dense(3, 4), p.dense(3, 4)), x, spec],
      ['shared', p.shared(2, p.dense(3, 4)), [x, x], [spec, spec]],
    ] as const) {
      const pullback = back(layer, input, specs)
      const wanted = {
        path: `own.${name}`,
        expected: 'a tuple of 2 cotangents',
        fix: 'Pass one cotangent for each output.',
      }
      expect(mistakeOf(() => pullback(p.zeros([2, 4])))).toEqual({ ...wanted, got: 'float32 [2, 4]' })
      expect(mistakeOf(() => pullback([p.zeros([2, 4])]))).toEqual({ ...wanted, got: 'a tuple of 1' })
      expect(mistakeOf(() => pullback([p.zeros([2, 4]), p.zeros([2, 5])]))).toEqual({
        path: 'own.1.dense',
        expected: 'a cotangent float32 [2, 4]',
        got: 'float32 [2, 5]',
        fix,
      })
    }
  })
  test('of a function, and of a loss', () => {
    const [, pullback] = p.differentiable((y: p.Tensor) => ({ sine: p.sin(y) }))(x)
    expect(mistakeOf(() => pullback({ sine: p.zeros([3]) }))).toEqual({
      path: 'cotangent.sine',
      expected: 'float32 [2, 3]',
      got: 'float32 [3]',
      fix: 'A cotangent has the structure, shapes and dtypes of the output.',
    })
    const [, back] = p.withPullback(p.meanSquaredError as p.LossFunction<p.Tensor, p.Tensor>)(x, x)
    expect(mistakeOf(() => back(untyped(p.zeros([2]))))).toEqual({
      path: 'withPullback',
      expected: 'a cotangent float32 []',
      got: 'float32 [2]',
      fix: 'A cotangent has the shape and dtype of the output it belongs to: one number.',
    })
  })
})
