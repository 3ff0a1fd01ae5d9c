/** The result of one instruction. This is the meaning of every primitive. */
import { type HostArray, hostArrayFrom } from '../../array/dtype.js'
import type { BinaryOp, ReduceOp, UnaryOp } from '../../array/node.js'
import type { Compute } from '../../engine/interpret.js'
import { matmul } from './contract.js'
import { binary, select, unary } from './elementwise.js'
import { argSort, cumulativeSum, gather, iota, scatterAdd } from './indexing.js'
import { concat, dynamicSlice, pad } from './move.js'
import { reduce } from './reduce.js'
import { read } from './strided.js'
import type { View } from './view.js'
import { overlapAdd } from './window.js'

/** Everything but what needs the run's inputs (input, scalar) or has several results (scan, project). */
export const compute: Compute<HostArray> = (instruction, inputs) => {
  const { op, shape, dtype, attributes } = instruction
  const [x, y, z] = inputs as readonly [View, View, View]
  switch (op) {
    case 'constant':
      return hostArrayFrom(dtype, attributes)
    case 'iota':
      return iota(shape, dtype)
    case 'barrier':
    case 'reshape':
      return x.data
    case 'select':
      return select(x, y, z, shape, dtype)
    case 'sum':
    case 'prod':
    case 'max':
    case 'min':
    case 'argMax':
      return reduce(op satisfies ReduceOp, x, attributes, dtype)
    case 'broadcast':
    case 'permute':
    case 'slice':
    case 'flip':
    case 'window':
      return read(instruction, x)
    case 'pad':
      return pad(x, y, attributes, shape)
    case 'concat':
      return concat(inputs, attributes[0], shape, dtype)
    case 'dynamicSlice':
      return dynamicSlice(x, y, shape)
    case 'matmul':
      return matmul(x, y, shape)
    case 'overlapAdd':
      return overlapAdd(x, attributes, shape)
    case 'gather':
      return gather(x, y, shape)
    case 'scatterAdd':
      return scatterAdd(x, y, shape)
    case 'argSort':
      return argSort(x)
    case 'cumulativeSum':
      return cumulativeSum(x, attributes[0])
    default:
      return inputs.length === 1 ? unary(op as UnaryOp, x, dtype) : binary(op as BinaryOp, x, y, shape, dtype)
  }
}
