/**
 * Laws of single activations.
 *
 * 1. softmax ignores a number added to a whole row, even a large one
 * 2. maxout of x and 0 is max(x, 0), and of x and -x is |x|: it generalises both
 */
import { abs, type Device, eye, maximum, neg, stack, tensor, zeros } from 'pullback'
import { close, identical, type Tolerance } from './compare.js'
import { every, type Law, law } from './law.js'
import { dyadic, mix } from './sample.js'
import { type Any, asAny, asFloat, plus } from './untyped.js'

/** What values are drawn from. */
export interface ActivationSample {
  readonly seed: number
}

/** A softmax, and how near it is to be. */
export interface SoftmaxInstance {
  readonly device: Device
  /** Over the last axis. */
  readonly softmax: (x: Any) => Any
  readonly tolerance: Tolerance
}

/** softmax(x + c) = softmax(x) for a number c added to a row, up to the tolerance; see {@link SoftmaxInstance}. */
export const shiftInvarianceLaw: Law<SoftmaxInstance, ActivationSample> = law(
  'Softmax: ignores a shift',
  async ({ device, softmax, tolerance }, { seed }) => {
    const x = dyadic([3, 5], 'float64', seed)
    const shift = asAny(
      tensor(
        [0, 1, 2].map((i) => (mix(seed, i) % 4000) - 2000),
        [3, 1],
        'float64',
      ),
    )
    const [got, wanted] = await device.evaluate([softmax(plus(x, shift)), softmax(x)] as const)
    return close(tolerance)('softmax of x + shift', got, wanted)
  },
)

/** A maxout of two pieces. */
export interface MaxoutInstance {
  readonly device: Device
  /** The largest of the pieces x w_p + b_p, for weights [2, 3, 3] and biases [2, 3]. */
  readonly maxout: (weight: Any, bias: Any, x: Any) => Any
}

/** Of pieces x and 0 maxout is max(x, 0), and of x and -x it is |x|, bit for bit; see {@link MaxoutInstance}. */
export const maxoutLaw: Law<MaxoutInstance, ActivationSample> = law(
  'Maxout: generalises ReLU and the absolute value',
  async ({ device, maxout }, { seed }) => {
    const x = dyadic([4, 3], 'float32', seed)
    const unit = eye(3)
    const pieces = (second: Any): Any => asAny(stack([unit, asFloat(second)] as never))
    const bias = asAny(zeros([2, 3]))
    const [rectified, absolute, wanted, size] = await device.evaluate([
      maxout(pieces(asAny(zeros([3, 3]))), bias, x),
      maxout(pieces(asAny(neg(unit))), bias, x),
      asAny(maximum(asFloat(x), 0)),
      asAny(abs(asFloat(x))),
    ] as const)
    return every([identical('pieces x and 0', rectified, wanted), identical('pieces x and -x', absolute, size)])
  },
)
