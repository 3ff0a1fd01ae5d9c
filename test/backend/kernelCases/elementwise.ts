/** Elementwise operations that every device's kernels are tried on, and numbers to try them on. */
import type { DType } from '../../../src/array/dtype.js'
import type { BinaryOp, UnaryOp } from '../../../src/array/node.js'
import { awkward, bools, floats, type Given, integers, unsigned } from './data.js'

/** Each with each. */
export const pairs = (values: readonly number[]): readonly [number[], number[]] => [
  values.flatMap((a) => values.map(() => a)),
  values.flatMap(() => values),
]
export const make: Readonly<Record<string, (values: ArrayLike<number>) => Given>> = {
  float32: floats,
  int32: integers,
  uint32: unsigned,
  bool: bools,
}
export const samples: Readonly<Record<string, readonly number[]>> = {
  float32: [...awkward, 7.3, -7.3, 2, -3, 1e10, -1e10, 2147483648, -2147483904, 4294967296],
  int32: [0, 1, -1, 7, -7, 3, -3, 2147483647, -2147483648, 65537, 33, 5],
  uint32: [0, 1, 7, 3, 2147483648, 4294967295, 65537, 33],
  bool: [0, 1, 1, 0],
}

export const numeric: readonly DType[] = ['float32', 'int32', 'uint32']
export const all: readonly DType[] = [...numeric, 'bool']
export const integral: readonly DType[] = ['int32', 'uint32']
/** Operations of one argument that round as float32 does everywhere, and the dtypes that they take. */
export const unaryOps: readonly (readonly [UnaryOp, readonly DType[]])[] = [
  ['neg', ['float32', 'int32', 'uint32']],
  ['abs', ['float32', 'int32', 'uint32']],
  ['sign', ['float32', 'int32', 'uint32']],
  ['sqrt', ['float32']],
  ['floor', ['float32']],
]
/** Those of two arguments, and the dtypes that they take. */
export const binaryOps: readonly (readonly [BinaryOp, readonly DType[]])[] = [
  ['add', numeric],
  ['sub', numeric],
  ['mul', numeric],
  ['div', numeric],
  ['mod', numeric],
  ['maximum', numeric],
  ['minimum', numeric],
  ['less', all],
  ['equal', all],
  ['and', [...integral, 'bool']],
  ['or', [...integral, 'bool']],
  ['xor', [...integral, 'bool']],
]
