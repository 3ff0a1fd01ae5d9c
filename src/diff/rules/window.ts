/** `window` and `overlapAdd` are each other's adjoint. */
import type { Node } from '../../array/node.js'
import { overlapAdd, window } from '../../array/untyped.js'
import type { WindowOptions } from '../../array/window.js'
import type { Rule } from './rule.js'

/** attributes: sizes, strides, dilations. */
const optionsOf = ({ attributes }: Node): WindowOptions => {
  const n = attributes.length / 3
  return { size: attributes.slice(0, n), stride: attributes.slice(n, 2 * n), dilation: attributes.slice(2 * n) }
}

export const windowRules: Readonly<Record<string, Rule>> = {
  window: (c, node) => {
    const options = optionsOf(node)
    return overlapAdd(c, node.input(0).shape.slice(-options.size.length), options)
  },
  overlapAdd: (c, node) => window(c, optionsOf(node)),
}
