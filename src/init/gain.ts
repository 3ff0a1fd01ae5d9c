/** What a layer's weights have to make up for, by the activation that follows. */
import { checkFinite, fail } from '../array/error.js'

/** Activations with a recommended gain; a leaky rectifier brings its slope. */
export type Activation = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'selu' | { readonly leakyRelu: number }

const gains: Readonly<Record<string, number>> = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
}

/**
 * The gain of an activation: sqrt(2) after relu, sqrt(2 / (1 + slope²)) after leakyRelu, 5/3 for tanh, 3/4 for selu,
 * else 1. The values of PyTorch's `calculate_gain`.
 *
 * @throws PullbackError when there is none for the name
 * @example
 * import { initializer } from 'pullback'
 *
 * initializer.gainOf({ leakyRelu: 1 }) // => 1
 */
export const gainOf = (activation: Activation): number => {
  if (typeof activation !== 'object')
    return (
      gains[activation] ??
      fail('gainOf', Object.keys(gains).join(', '), String(activation), 'Give the gain as a number.')
    )
  const { leakyRelu } = activation
  checkFinite('gainOf', 'leakyRelu', leakyRelu)
  return Math.sqrt(2 / (1 + leakyRelu * leakyRelu))
}
