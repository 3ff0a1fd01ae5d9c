/** Training steps: a generic loss needs no type arguments, and targets of another dtype do not fit. */
import {
  accuracy,
  batches,
  binaryCrossEntropy,
  crossEntropy,
  dataset,
  dense,
  fold,
  huber,
  initialTrainState,
  linear,
  meanSquaredError,
  multiclassHinge,
  rng,
  sgd,
  step,
  storedArray,
  type Tensor,
} from 'pullback'
import { cpu } from 'pullback/cpu'

const layer = dense(3, 4)
const optimizer = sgd(0.1)

export const classifies = step({ layer, loss: crossEntropy, optimizer })
export const measures = step({ layer, loss: crossEntropy, optimizer, metrics: { accuracy } })
export const regresses = step({ layer, loss: meanSquaredError, optimizer })
export const others = [
  step({ layer, loss: binaryCrossEntropy, optimizer }),
  step({ layer, loss: huber, optimizer }),
  step({ layer, loss: multiclassHinge, optimizer }),
  step({ layer: linear(3, 4), loss: crossEntropy, optimizer }),
  step({ layer, loss: (output, targets: Tensor<[number, 4]>) => meanSquaredError(output, targets), optimizer }),
]

// @ts-expect-error the loss is one of rows of three
step({ layer, loss: (output: Tensor<[number, 3]>, targets: Tensor) => meanSquaredError(output, targets), optimizer })

const inputs = storedArray('float32', [4, 3], new Float32Array(12))
const labelled = dataset(inputs, storedArray('int32', [4], new Int32Array(4)))
const real = dataset(inputs, storedArray('float32', [4, 4], new Float32Array(16)))
const [start] = initialTrainState(layer, optimizer, { shape: [2, 3], dtype: 'float32' })(rng(0))

export const folds = async (): Promise<void> => {
  await fold(cpu(), classifies, start, batches(labelled, { size: 2 }))
  await fold(cpu(), measures, start, batches(labelled, { size: 2 }))
  await fold(cpu(), regresses, start, batches(real, { size: 2 }))
  // @ts-expect-error labels are no values
  await fold(cpu(), regresses, start, batches(labelled, { size: 2 }))
}
