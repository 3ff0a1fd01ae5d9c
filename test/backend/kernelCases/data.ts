/** What tests of kernels are made of, whatever the device: plans made by hand, and data to run them on. */
import type { DType, HostArray } from '../../../src/array/dtype.js'
import { sizeOf, stridesOf } from '../../../src/array/shape.js'
import type { Access, Kernel, KernelPlan, PlannedBuffer } from '../../../src/engine/kernel.js'

export interface Given {
  readonly dtype: DType
  readonly data: HostArray
}

export const floats = (values: ArrayLike<number>): Given => ({ dtype: 'float32', data: Float32Array.from(values) })
export const integers = (values: ArrayLike<number>): Given => ({ dtype: 'int32', data: Int32Array.from(values) })
export const unsigned = (values: ArrayLike<number>): Given => ({ dtype: 'uint32', data: Uint32Array.from(values) })
export const bools = (values: ArrayLike<number>): Given => ({ dtype: 'bool', data: Uint8Array.from(values) })

/** A plan of inputs, then outputs (`[dtype, size]`), then temporaries, in this order of buffer numbers. */
export const planOf = (
  inputs: readonly (readonly [DType, number])[],
  outputs: readonly (readonly [DType, number])[],
  temporaries: readonly (readonly [DType, number])[],
  kernels: readonly Kernel[],
  scalars = 0,
): KernelPlan => {
  let workspace = 0
  const buffers: PlannedBuffer[] = [
    ...inputs.map(([dtype, size], index) => ({ dtype, size, role: { kind: 'input', index } as const })),
    ...outputs.map(([dtype, size], index) => ({ dtype, size, role: { kind: 'output', index } as const })),
  ]
  for (const [dtype, size] of temporaries) {
    buffers.push({ dtype, size, role: { kind: 'temporary', offset: workspace } })
    workspace += Math.ceil(size / 16) * 16
  }
  return { buffers, kernels, outputs: outputs.map((_, i) => inputs.length + i), workspace, scalars }
}

/** A plan of kernels on given inputs; buffers are numbered inputs, outputs, temporaries. */
export const planOn = (
  kernels: readonly Kernel[],
  inputs: readonly Given[],
  outputs: readonly (readonly [DType, number])[],
  temporaries: readonly (readonly [DType, number])[],
  scalars: readonly number[],
): KernelPlan =>
  planOf(
    inputs.map(({ dtype, data }) => [dtype, data.length] as const),
    outputs,
    temporaries,
    kernels,
    scalars.length,
  )

/** The access of a whole buffer in row-major order. */
export const whole = (buffer: number, dims: readonly number[], offset = 0): Access => ({
  buffer,
  offset,
  strides: stridesOf(dims),
})
/** Elements that an access spans, with its largest address. */
export const extentOf = (dims: readonly number[], { offset, strides }: Access): number =>
  sizeOf(dims) === 0 ? 0 : 1 + offset + dims.reduce((n, size, d) => n + Math.max(0, (size - 1) * strides[d]!), 0)

/** Deterministic numbers in [0, 1). */
export const noise = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return ((state ^ (state >>> 15)) >>> 0) / 4294967296
  }
}
/** Floats of both signs and many sizes, the awkward ones among them. */
export const awkward = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  Number.NaN,
  1e-45,
  -1e-45,
  1e-39,
  3e38,
  -3e38,
  0.5,
  -2.5,
  16777217,
]
export const someFloats = (size: number, seed: number, withAwkward = false): Float32Array => {
  const next = noise(seed)
  return Float32Array.from({ length: size }, () =>
    withAwkward && next() < 0.3 ? awkward[Math.floor(next() * awkward.length)]! : next() * 4 - 2,
  )
}

/** Calls f with every place of dims. */
export const eachPlace = (dims: readonly number[], f: (place: readonly number[]) => void): void => {
  const total = sizeOf(dims)
  for (let flat = 0; flat < total; flat++) {
    let rest = flat
    const place = dims.map(() => 0)
    for (let d = dims.length - 1; d >= 0; d--) {
      place[d] = rest % dims[d]!
      rest = Math.floor(rest / dims[d]!)
    }
    f(place)
  }
}
export const addressAt = ({ offset, strides }: Access, place: readonly number[]): number =>
  place.reduce((at, index, d) => at + index * strides[d]!, offset)

/** NaNs are alike, whatever their bits. */
export const sameBits = (a: HostArray, b: HostArray): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
