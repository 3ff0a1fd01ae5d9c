/** Scalars of a device as numbers. */
import { type AnyTensor, item } from '../array/tensor.js'
import type { Device } from '../engine/device.js'

/** Scalars by name. */
export type Scalars<K extends string> = { readonly [N in K]: AnyTensor }
/** Their values. */
export type Numbers<K extends string> = { readonly [N in K]: number }

/** Computes or reads scalars. */
export const numbersOf = async <K extends string>(device: Device, scalars: Scalars<K>): Promise<Numbers<K>> =>
  (await numbersOfEach(device, [scalars]))[0]

/** As `numbersOf`, of many at a time: a device that answers later is asked once, not once for each. */
export const numbersOfEach = async <K extends string>(
  device: Device,
  list: readonly Scalars<K>[],
): Promise<readonly Numbers<K>[]> => (await device.evaluate(list)).map(numbersIn)

const numbersIn = <K extends string>(values: Scalars<K>): Numbers<K> =>
  Object.fromEntries(Object.entries<AnyTensor>(values).map(([name, x]) => [name, item(x)])) as Numbers<K>
