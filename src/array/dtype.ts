/** Element types, and the typed arrays that hold them on the host. */
import { fail } from './error.js'

/** `float64` lives on the reference device only. A `bool` is a byte, 0 or 1, on the host. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint32' | 'bool'
/** The dtypes that have derivatives. */
export type FloatDType = 'float32' | 'float64'
/** The dtypes of whole numbers of 32 bits, which wrap around. */
export type IntegerDType = 'int32' | 'uint32'
/** The dtypes that arithmetic takes: all but bool. */
export type NumericDType = FloatDType | IntegerDType

export interface HostArrays {
  readonly float32: Float32Array
  readonly float64: Float64Array
  readonly int32: Int32Array
  readonly uint32: Uint32Array
  readonly bool: Uint8Array
}

/** The typed array that holds elements of `D` on the host. */
export type HostArray<D extends DType = DType> = HostArrays[D]

/** The dtype whose host array A is. */
export type DTypeOf<A extends HostArray> = { [D in DType]: A extends HostArrays[D] ? D : never }[DType]

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const

export const dtypes = Object.keys(constructors) as readonly DType[]
export const isFloat = (dtype: DType): dtype is FloatDType => dtype === 'float32' || dtype === 'float64'
export const isInteger = (dtype: DType): dtype is IntegerDType => dtype === 'int32' || dtype === 'uint32'

/** A zero-filled host array. */
export const allocate = <D extends DType>(dtype: D, length: number): HostArray<D> =>
  new constructors[dtype](length) as HostArray<D>

/** Copies numbers into a host array of `dtype`; the typed array's own conversion applies (a bool is 1 unless 0). */
export const hostArrayFrom = <D extends DType>(dtype: D, values: ArrayLike<number | boolean>): HostArray<D> => {
  const out = allocate(dtype, values.length)
  if (dtype !== 'bool' && values instanceof constructors[dtype]) {
    // Bytes as they are, a hundred times as fast as one number after another.
    out.set(values)
    return out
  }
  for (let i = 0; i < values.length; i++)
    out[i] = dtype === 'bool' ? Number(Number(values[i]) !== 0) : Number(values[i])
  return out
}

/** The dtype whose host array `data` is, or undefined for other typed arrays. */
export const dtypeOf = (data: ArrayLike<unknown>): DType | undefined =>
  dtypes.find((dtype) => data instanceof constructors[dtype])

export const expectFloat = (path: string, dtype: DType): void => {
  if (!isFloat(dtype)) fail(path, 'float32 or float64', dtype, `Write cast(x, 'float32') first.`)
}
