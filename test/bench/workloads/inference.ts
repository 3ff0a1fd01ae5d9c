/** One example at a time through `infer`, with the weights placed on the device. */
import { type AnyTensor, type Layer, rng, type Shape } from 'pullback'
import { uniformData } from '../data.js'
import { measure } from '../measure.js'
import { cnn, mlp } from '../models.js'
import { runnerOf, type Workload } from '../workload.js'

const inference =
  (make: () => unknown, input: Shape): Workload =>
  async ({ device, started }) => {
    const layer = make() as Layer<AnyTensor, AnyTensor, unknown, unknown>
    const [{ params, state }] = layer.init({ shape: input, dtype: 'float32' })(rng(0))
    const placed = await device.place({ params, state })
    const { evaluate } = runnerOf(device)
    const x = uniformData(input, 3)
    return measure(() => evaluate(layer.infer(placed.params, placed.state, x)[0]), started)
  }

export const inferences: Readonly<Record<string, Workload>> = {
  mlpInfer: inference(mlp, [1, 784]),
  cnnInfer: inference(cnn, [1, 1, 28, 28]),
}
