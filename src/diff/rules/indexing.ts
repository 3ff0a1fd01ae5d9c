/** `gather` and `scatterAdd` are each other's adjoint; so are running sums from either end. */
import { asTensor, cumulativeSum, flip, gather, scatterAdd } from '../../array/untyped.js'
import type { Rule } from './rule.js'

export const indexingRules: Readonly<Record<string, Rule>> = {
  gather: (c, node) => scatterAdd(asTensor(node.input(1)), c, node.input(0).shape[0]),
  scatterAdd: (c, node) => gather(c, asTensor(node.input(0))),
  cumulativeSum: (c, node) => flip(cumulativeSum(flip(c, node.attributes), node.attributes[0]), node.attributes),
}
