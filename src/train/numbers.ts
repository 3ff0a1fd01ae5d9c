/** Scalars of a device as numbers. */
import { type AnyTensor, item } from '../array/tensor.js'
import type { Device } from '../engine/device.js'

/** Scalars by name. */
export type Scalars<K extends string> = { readonly [N in K]: AnyTensor }
/** Their values. */
export type Numbers<K extends string> = { readonly [N in K]: number }

/** Computes or reads scalars. */
export const numbersOf = async <K extends string>(device: Device, scalars: Scalars<K>): Promise<Numbers<K>> => {
  const values = await device.evaluate(scalars)
  return Object.fromEntries(Object.entries<AnyTensor>(values).map(([name, x]) => [name, item(x)])) as Numbers<K>
}
