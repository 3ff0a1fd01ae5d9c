import { describe, expect, test } from 'vitest'
import { mean } from '../../src/array/reduce.js'
import { item, type Tensor, tensor, toArray } from '../../src/array/tensor.js'
import { reference } from '../../src/backend/reference/index.js'
import { batches } from '../../src/data/batches.js'
import { sgd } from '../../src/optim/index.js'
import { rng } from '../../src/random/rng.js'
import { initialWatch, observe, patienceLeft } from '../../src/train/earlyStopping.js'
import { evaluate } from '../../src/train/evaluate.js'
import { accuracy, confusionMatrix, topK } from '../../src/train/metrics.js'
import { initialTrainState } from '../../src/train/state.js'
import { classifier, crossEntropy, sectors } from './support.js'

const device = reference()
const logits = tensor([
  [3, 1, 2],
  [1, 1, 0],
  [0, 2, 5],
  [9, 8, 7],
])
const labels = tensor([0, 1, 1, 2], [4], 'int32')

describe('measures', () => {
  test('accuracy takes the first of equal logits', () => {
    expect(item(device.evaluateSync(accuracy(logits, labels)))).toBe(0.25)
  })
  test('topK counts rows with fewer than k logits above', () => {
    const at = (k: number) => item(device.evaluateSync(topK(k)(logits, labels)))
    expect([1, 2, 3].map(at)).toEqual([0.5, 0.75, 1])
  })
  test('logits that are NaN are no hits', () => {
    const broken = tensor([
      [Number.NaN, Number.NaN, Number.NaN],
      [Number.NaN, 1, 0],
      [2, Number.NaN, 1],
    ])
    const at = (k: number) => item(device.evaluateSync(topK(k)(broken, tensor([2, 1, 0], [3], 'int32'))))
    expect([1, 2].map(at)).toEqual([0, Math.fround(2 / 3)])
  })
  test('the confusion matrix counts labels by row and predictions by column', () => {
    const counts = device.evaluateSync(confusionMatrix(3)(logits, labels))
    expect(counts.dtype).toBe('int32')
    expect([...toArray(counts)]).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 0])
  })
  test('labels never broadcast', () => {
    for (const measure of [accuracy, topK(1), confusionMatrix(3)])
      expect(() => measure(logits, tensor([0], [1], 'int32'))).toThrow('expected labels of shape [4]')
    expect(() => confusionMatrix(4)(logits, labels)).toThrow('confusionMatrix: expected 4 logits in a row, got 3')
    expect(() => topK(0)).not.toThrow()
    expect(() => topK(0)(logits, labels)).toThrow('topK: expected a whole number from 1 on')
  })
})

describe('evaluate', () => {
  const layer = classifier()
  const [model] = initialTrainState(layer, sgd(0.1), { shape: [1, 2], dtype: 'float32' })(rng(0))
  const data = sectors(30)

  test('does not depend on how examples fall into batches', async () => {
    const measures = { loss: crossEntropy, accuracy }
    const whole = await evaluate(device, layer, model, batches(data, { size: 30 }), measures)
    const parts = await evaluate(device, layer, model, batches(data, { size: 7, shuffle: rng(3) }), measures)
    expect(parts.accuracy).toBeCloseTo(whole.accuracy, 6)
    expect(parts.loss).toBeCloseTo(whole.loss, 6)
  })

  test('takes any measure, and wants an example', async () => {
    const first = (y: Tensor) => mean(y) as Tensor<[]>
    expect(Object.keys(await evaluate(device, layer, model, batches(data, { size: 30 }), { first }))).toEqual(['first'])
    await expect(evaluate(device, layer, model, [], { first })).rejects.toThrow(
      'evaluate: expected at least one example',
    )
  })
})

describe('a watch', () => {
  const watch = (better: 'less' | 'more', values: readonly number[], least = 0) =>
    values.reduce(observe({ better, least }), initialWatch)

  test('knows the best and how long ago it was', () => {
    expect(watch('less', [3, 2, 2.5, 2.1])).toEqual({ best: 2, bestAt: 1, count: 4, improved: false })
    expect(watch('more', [3, 2, 4])).toEqual({ best: 4, bestAt: 2, count: 3, improved: true })
    expect(patienceLeft(3, watch('less', [3, 2, 2.5, 2.1]))).toBe(1)
    expect(patienceLeft(2, watch('less', [3, 2, 2.5, 2.1]))).toBe(0)
    expect(patienceLeft(2, initialWatch)).toBe(2)
  })
  test('an improvement has a least size, and NaN is none', () => {
    expect(watch('less', [3, 2.95], 0.1).bestAt).toBe(0)
    expect(watch('less', [Number.NaN, 5, Number.NaN])).toMatchObject({ best: 5, bestAt: 1 })
  })
})
