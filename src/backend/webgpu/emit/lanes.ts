/** WGSL types of values: one element, or four neighbours at a time. */
import type { DType } from '../../../array/dtype.js'

/** How many elements an invocation computes side by side. */
export type Lanes = 1 | 4

const scalars: Readonly<Record<DType, string>> = {
  float32: 'f32',
  // Lives on the reference device only.
  float64: 'f32',
  int32: 'i32',
  uint32: 'u32',
  bool: 'bool',
}
const vectors: Readonly<Record<DType, string>> = {
  float32: 'vec4f',
  float64: 'vec4f',
  int32: 'vec4i',
  uint32: 'vec4u',
  bool: 'vec4<bool>',
}

/** The type of a value. */
export const typeOf = (dtype: DType, lanes: Lanes = 1): string => (lanes === 1 ? scalars : vectors)[dtype]

/** The type of an element in memory, where a bool is 0 or 1 in 32 bits. */
export const storedType = (dtype: DType): string => (dtype === 'bool' ? 'u32' : scalars[dtype])
