/** What a kernel reads and writes: buffers for the order of kernels, accesses for what may share memory. */
import { sameShape } from '../../array/shape.js'
import type { Access, Body, Kernel } from '../kernel.js'

export const unique = (list: readonly number[]): readonly number[] => {
  for (let i = 1; i < list.length; i++) if (list.indexOf(list[i]) < i) return [...new Set(list)]
  return list
}

export interface BufferUse {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
}

const addLoads = ({ operands }: Body, to: number[]): number[] => {
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]
    if (operand.kind === 'load') to.push(operand.access.buffer)
  }
  return to
}
const addStores = ({ stores }: Body, to: number[]): number[] => {
  for (let i = 0; i < stores.length; i++) to.push(stores[i].access.buffer)
  return to
}

export const usesOf = (kernel: Kernel): BufferUse => {
  switch (kernel.kind) {
    case 'loop':
      return { reads: addLoads(kernel, []), writes: addStores(kernel, []) }
    case 'reduce':
      return {
        reads: addLoads(kernel.epilogue, addLoads(kernel, [])),
        writes: addStores(kernel.epilogue, addStores(kernel, [])),
      }
    case 'matmul':
      return {
        reads: addLoads(kernel.epilogue, [kernel.a.buffer, kernel.b.buffer]),
        writes: addStores(kernel.epilogue, []),
      }
    case 'gather':
      return { reads: [kernel.source, kernel.indices], writes: [kernel.target] }
    case 'scatterAdd':
      return { reads: [kernel.indices, kernel.updates], writes: [kernel.target] }
    case 'dynamicSlice':
      return { reads: [kernel.source, kernel.starts], writes: [kernel.target] }
    case 'overlapAdd':
    case 'argSort':
    case 'cumulativeSum':
      return { reads: [kernel.source], writes: [kernel.target] }
    case 'scan':
      return {
        reads: kernel.inputs.map(({ buffer }) => buffer),
        writes: [
          ...kernel.outputs.map(({ buffer }) => buffer),
          kernel.workspace,
          ...(kernel.halves === undefined ? [] : [kernel.halves]),
        ],
      }
  }
}

const sameAccess = (a: Access, b: Access): boolean => a.offset === b.offset && sameShape(a.strides, b.strides)

/** How often a list has a number. */
const timesOf = (list: readonly number[], one: number): number => {
  let times = 0
  for (let i = 0; i < list.length; i++) if (list[i] === one) times++
  return times
}

/** Whether all of a kernel's reads of a buffer are loads of this section at the place of its store. */
const isInPlace = ({ operands }: Body, store: Access, buffer: number, reads: readonly number[]): boolean => {
  let loads = 0
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]
    if (operand.kind !== 'load' || operand.access.buffer !== buffer) continue
    if (!sameAccess(operand.access, store)) return false
    loads++
  }
  return loads > 0 && loads === timesOf(reads, buffer)
}

const sectionsOf = (kernel: Kernel): readonly Body[] => {
  if (kernel.kind === 'loop') return [kernel]
  if (kernel.kind === 'reduce') return [kernel, kernel.epilogue]
  return kernel.kind === 'matmul' ? [kernel.epilogue] : []
}

/**
 * Pairs of a buffer that the kernel writes and one that it reads, such that every load of the latter is at the place of
 * the store: the two may be one memory. Loads and stores of a reduce's body run at other times than its epilogue's.
 */
export const inPlacePairs = (
  kernel: Kernel,
  { reads }: BufferUse,
): readonly (readonly [written: number, read: number])[] => {
  const pairs: (readonly [number, number])[] = []
  const distinct = unique(reads)
  for (const section of sectionsOf(kernel))
    for (const { access } of section.stores)
      for (const buffer of distinct) if (isInPlace(section, access, buffer, reads)) pairs.push([access.buffer, buffer])
  return pairs
}
