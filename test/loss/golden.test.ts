/** The losses against the golden cases, in float64 on the reference device. */
import * as p from 'pullback'
import { describe, expect, it } from 'vitest'
import { type Case, casesOf, expectClose, type Loose, load, loadAll } from '../layer/support.js'

const check =
  (loss: Loose, [input, target]: readonly [string, string]) =>
  (one: Case) => {
    const inputs = loadAll(one.inputs)
    const [value, pullback] = p.withPullback<Loose, Loose>((x, t) => loss(x, t, one.options))(
      inputs[input],
      inputs[target],
    )
    expectClose(value, one.output, 1e-9, 'output')
    expectClose(pullback(load(one.cotangent)), one.grads[input]!, 1e-9, input)
  }

const kinds: Readonly<Record<string, (one: Case) => void>> = {
  crossEntropy: check(p.crossEntropy, ['logits', 'labels']),
  crossEntropyProbabilities: check(p.crossEntropy, ['logits', 'probabilities']),
  meanSquaredError: check(p.meanSquaredError, ['prediction', 'target']),
  meanAbsoluteError: check(p.meanAbsoluteError, ['prediction', 'target']),
  huber: check(p.huber, ['prediction', 'target']),
  binaryCrossEntropy: check(p.binaryCrossEntropy, ['logits', 'target']),
  multiclassHinge: check(p.multiclassHinge, ['scores', 'labels']),
}

describe('losses', () => {
  for (const one of casesOf('losses'))
    it(one.name, () => {
      const run = kinds[one.kind]
      if (run === undefined) return expect.fail(`unknown kind ${one.kind}`)
      run(one)
    })
})
