/** The end of a sequence. */
import { expectFloat } from '../../array/dtype.js'
import { fail } from '../../array/error.js'
import { pad, reshape, slice } from '../../array/move.js'
import { showShape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'
import { checkShapeOf, stateless } from '../build.js'
import type { Layer, None } from '../layer.js'

/**
 * The last step of a sequence: [time, batch, feature] to [batch, feature].
 *
 * @throws PullbackError when the input is not [time, batch, feature], or has no steps
 * @example
 * import { lastStep, rng } from 'pullback'
 *
 * const [{ output }] = lastStep().init({ shape: [7, 2, 32], dtype: 'float32' })(rng(0))
 * output // => { shape: [2, 32], dtype: 'float32' }
 */
export const lastStep = <N extends number, F extends number>(): Layer<
  Tensor<[number, N, F]>,
  Tensor<[N, F]>,
  None,
  None
> =>
  stateless<Tensor, Tensor>('lastStep', (x) => {
    expectFloat('lastStep', x.dtype)
    checkShapeOf('lastStep', x, { rank: 3 })
    const [time, batch, features] = x.shape
    if (time === 0) fail('lastStep', 'at least one step', showShape(x.shape), 'Leave out sequences without steps.')
    const last = slice(x, [time - 1, 0, 0], [time, batch, features])
    return [
      reshape(last, [batch, features]),
      (cotangent) =>
        pad(reshape(cotangent, [1, batch, features]) as Tensor, [
          [time - 1, 0],
          [0, 0],
          [0, 0],
        ]),
    ]
  })
