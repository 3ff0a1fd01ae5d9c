/**
 * Lifted literals of a plan: one buffer with a block for each list of them that some shader reads, written before a run
 * if any has changed.
 */
import type { Dispatch } from '../dispatch.js'
import { offsetAlignment, usage } from './constants.js'
import { writeWord } from './transfer.js'

type Scalars = Dispatch['scalars']

export interface Uniforms {
  /** Where the block of a list begins, and its size, in bytes. */
  readonly placeOf: (scalars: Scalars) => { readonly offset: number; readonly size: number }
  readonly buffer: GPUBuffer | undefined
  /** Writes what has changed; gives the bytes that were written. */
  readonly write: (values: readonly number[]) => number
  readonly dispose: () => void
}

const keyOf = (scalars: Scalars): string => scalars.map(({ index, dtype }) => `${index}${dtype}`).join(' ')
const sizeOf = (scalars: Scalars): number => Math.ceil(scalars.length / 4) * 16

export const createUniforms = (device: GPUDevice, lists: readonly Scalars[]): Uniforms => {
  const blocks = new Map<string, { readonly scalars: Scalars; readonly offset: number }>()
  let end = 0
  for (const scalars of lists) {
    const key = keyOf(scalars)
    if (scalars.length === 0 || blocks.has(key)) continue
    blocks.set(key, { scalars, offset: end })
    end += Math.ceil(sizeOf(scalars) / offsetAlignment) * offsetAlignment
  }
  const buffer = end === 0 ? undefined : device.createBuffer({ size: end, usage: usage.uniform | usage.copyTarget })
  const image = new DataView(new ArrayBuffer(end))
  let last: readonly number[] | undefined
  return {
    buffer,
    placeOf: (scalars) => ({ offset: blocks.get(keyOf(scalars))!.offset, size: sizeOf(scalars) }),
    write: (values) => {
      if (buffer === undefined || last?.every((value, i) => Object.is(value, values[i]))) return 0
      last = values.slice()
      for (const { scalars, offset } of blocks.values())
        scalars.forEach(({ index, dtype }, word) => {
          writeWord(image, offset + 4 * word, values[index], dtype)
        })
      device.queue.writeBuffer(buffer, 0, image.buffer)
      return end
    },
    dispose: () => buffer?.destroy(),
  }
}
