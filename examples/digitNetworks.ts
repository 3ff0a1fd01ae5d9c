/** The networks that tell digits apart, in Node (example 03) and in a page (example 07): images of 28 by 28 to ten scores. */
import { conv2d, dense, flatten, initializer, maxPool2d, named, relu } from 'pullback'

// Uniform within 1 / sqrt(fan in), as PyTorch draws. These weights begin smaller than Kaiming's, which layers draw unless
// told otherwise, and end about half a percent better on digits that the network has not seen.
const small = { weightInitializer: initializer.kaimingUniform({ gain: 1 / Math.sqrt(3) }) }

/** LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), with the rectifiers and the max-pooling of later years. */
export const lenet = named(
  { conv1: conv2d({ in: 1, out: 6, kernel: 5, padding: 2, ...small }) },
  { relu1: relu() },
  { pool1: maxPool2d(2) },
  { conv2: conv2d({ in: 6, out: 16, kernel: 5, ...small }) },
  { relu2: relu() },
  { pool2: maxPool2d(2) },
  { flatten: flatten() },
  { fc1: dense(400, 120, small) },
  { relu3: relu() },
  { fc2: dense(120, 84, small) },
  { relu4: relu() },
  { fc3: dense(84, 10, small) },
)
/** One hidden layer, for comparison: no idea of what lies next to what. */
export const mlp = named(
  { flatten: flatten() },
  { fc1: dense(784, 128, small) },
  { relu: relu() },
  { fc2: dense(128, 10, small) },
)
