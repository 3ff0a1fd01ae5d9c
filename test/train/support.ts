/** A small classifier with randomness and state, and data that it can learn. */
import { cast, equal, mul, sub } from '../../src/array/elementwise.js'
import { iota } from '../../src/array/indexing.js'
import { expandDims } from '../../src/array/move.js'
import { logSumExp, mean, sum } from '../../src/array/reduce.js'
import type { Shape } from '../../src/array/shape.js'
import type { Tensor } from '../../src/array/tensor.js'
import { type Dataset, dataset } from '../../src/data/dataset.js'
import { storedArray } from '../../src/data/format/storedArray.js'
import { relu } from '../../src/layer/activation/index.js'
import { named } from '../../src/layer/combinator/chain.js'
import { dense } from '../../src/layer/dense.js'
import { dropout } from '../../src/layer/dropout.js'
import { batchNorm } from '../../src/layer/normalization/index.js'

type Labels = Tensor<Shape, 'int32'>

/** Mean cross-entropy of logits [n, c] and labels [n]. */
export const crossEntropy = (logits: Tensor, labels: Labels): Tensor<[]> => {
  const hot = cast(equal(expandDims(labels, 1), iota([logits.shape[1]!]) as Labels), 'float32') as Tensor
  const own = sum(mul(logits, hot) as Tensor, 1) as Tensor
  return mean(sub(logSumExp(logits, 1) as Tensor, own) as Tensor) as Tensor<[]>
}

/** Two inputs, three classes; it draws dropout masks and keeps running statistics. */
export const classifier = () =>
  named(
    { hidden: dense(2, 8) },
    { norm: batchNorm(8) },
    { relu: relu() },
    { drop: dropout(0.25) },
    { out: dense(8, 3) },
  )

/** Points on a spiral-free plane: the class is the sector that a point lies in. */
export const sectors = (count: number): Dataset<'float32', 'int32'> => {
  const inputs = new Float32Array(2 * count)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const label = i % 3
    const [x, y] = [
      [1, 0],
      [-0.5, 0.9],
      [-0.5, -0.9],
    ][label]!
    inputs[2 * i] = x! + (((i * 37) % 101) - 50) / 150
    inputs[2 * i + 1] = y! + (((i * 61) % 89) - 44) / 150
    labels[i] = label
  }
  return dataset(storedArray('float32', [count, 2], inputs), storedArray('int32', [count], labels))
}
