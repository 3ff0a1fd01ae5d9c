import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { add, cast, div, mul, sqrt } from '../../../src/array/elementwise.js'
import { mean } from '../../../src/array/reduce.js'
import type { Shape } from '../../../src/array/shape.js'
import type { Tensor } from '../../../src/array/tensor.js'
import { reference } from '../../../src/backend/reference/index.js'
import { beginRun, reopenRun, trainRun } from '../../../src/node/index.js'
import { adam } from '../../../src/optim/index.js'
import { rng } from '../../../src/random/rng.js'
import { classifier, crossEntropy, sectors } from '../../train/support.js'

const root = mkdtempSync(join(tmpdir(), 'pullback-measures-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const zero = (x: Tensor) => mul(mean(x) as Tensor, 0) as Tensor
const training = {
  ...{ layer: classifier(), loss: crossEntropy, optimizer: adam(0.02) },
  metrics: {
    nothing: (x: Tensor) => div(zero(x), zero(x)) as Tensor<[]>,
    // NaN for some batches, a number for others.
    seldom: (_: Tensor, labels: Tensor<Shape, 'int32'>) =>
      sqrt(add(mean(cast(labels, 'float32') as Tensor) as Tensor, -0.8) as Tensor) as Tensor<[]>,
    most: (x: Tensor) => div(add(zero(x), 1) as Tensor, mul(zero(x), zero(x)) as Tensor) as Tensor<[]>,
    least: (x: Tensor) => div(add(zero(x), -1) as Tensor, mul(zero(x), zero(x)) as Tensor) as Tensor<[]>,
  },
  ...{ training: sectors(56), heldOut: sectors(30), batchSize: 8, epochs: 3, generator: rng(5), title: 'small' },
}

/** Trains; `after` steps of this part it dies. */
const train = (open: Parameters<typeof trainRun>[0], after = Number.POSITIVE_INFINITY) => {
  let steps = 0
  const report = (): void => {
    if (++steps > after) throw new Error('killed')
  }
  const progress = { report, line: () => {} }
  const interrupt = { asked: () => false, release: () => {} }
  return trainRun(open, training, { device: reference(), progress, interrupt, saveEvery: -1 })()
}
const text = (name: string, file: string) => readFileSync(join(root, name, file), 'utf8')

describe('measures that are not finite', () => {
  test('are the same after a run was killed and resumed', async () => {
    const whole = await train(beginRun(root, 'whole', {}))
    await expect(train(beginRun(root, 'killed', {}), 2)).rejects.toThrow('killed')
    // At every second step, so that some epoch ends in numbers only, after NaN in an earlier part of it.
    for (let part = 1; part < 10; part++)
      await expect(train(reopenRun(join(root, 'killed')), 2)).rejects.toThrow('killed')
    const resumed = await train(reopenRun(join(root, 'killed')))
    if (whole._tag === 'Left' || resumed._tag === 'Left') throw new Error('no run')
    expect(text('killed', 'metrics.jsonl')).toBe(text('whole', 'metrics.jsonl'))
    expect(text('killed', 'curves.svg')).toBe(text('whole', 'curves.svg'))
    expect(resumed.right.training).toEqual(whole.right.training)
    expect(resumed.right.heldOut).toEqual(whole.right.heldOut)
    expect(resumed.right.fingerprint).toBe(whole.right.fingerprint)
    expect(whole.right.training).toMatchObject({
      ...{ nothing: Number.NaN, most: Number.POSITIVE_INFINITY, least: Number.NEGATIVE_INFINITY },
    })
  })
  test('are texts in the files, and numbers in the record that is read', async () => {
    expect(text('whole', 'metrics.jsonl')).not.toContain('null')
    expect(text('whole', 'metrics.jsonl')).toContain('"nothing":"NaN"')
    expect(JSON.parse(text('whole', 'run.json')).heldOut).toMatchObject({ nothing: 'NaN', most: 'Infinity' })
    const run = await reopenRun(join(root, 'whole'))()
    expect(run._tag === 'Right' && run.right.record.heldOut).toMatchObject({
      ...{ nothing: Number.NaN, most: Number.POSITIVE_INFINITY, least: Number.NEGATIVE_INFINITY },
    })
  })
  test('a measure that is none is an error that names the file', async () => {
    const [record, lines] = [text('whole', 'run.json'), text('whole', 'metrics.jsonl')]
    writeFileSync(join(root, 'whole', 'run.json'), record.replace('"NaN"', 'null'))
    const run = await reopenRun(join(root, 'whole'))()
    expect(run._tag === 'Left' && run.left.message).toContain('measures under training that are no numbers')
    writeFileSync(join(root, 'whole', 'run.json'), record)
    const epoch = lines.split('\n').findIndex((line) => line.includes('heldOut'))
    const spoilt = lines.split('\n').map((line, i) => (i === epoch ? line.replace('"NaN"', 'null') : line))
    writeFileSync(join(root, 'whole', 'metrics.jsonl'), spoilt.join('\n'))
    const again = await train(reopenRun(join(root, 'whole')))
    expect(again._tag === 'Left' && again.left.message).toContain(`expected line ${epoch + 1} to hold the measures`)
  })
})
