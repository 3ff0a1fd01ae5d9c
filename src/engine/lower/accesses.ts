/** What a kernel reads and writes: buffers for the order of kernels, accesses for what may share memory. */
import type { Access, Body, Kernel } from '../kernel.js'

export interface BufferUse {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
}

const loadsOf = (body: Body): Access[] =>
  body.operands.flatMap((operand) => (operand.kind === 'load' ? [operand.access] : []))
const storesOf = (body: Body): Access[] => body.stores.map(({ access }) => access)
const buffersOf = (accesses: readonly Access[]): number[] => accesses.map(({ buffer }) => buffer)

export const usesOf = (kernel: Kernel): BufferUse => {
  switch (kernel.kind) {
    case 'loop':
      return { reads: buffersOf(loadsOf(kernel)), writes: buffersOf(storesOf(kernel)) }
    case 'reduce':
      return {
        reads: buffersOf([...loadsOf(kernel), ...loadsOf(kernel.epilogue)]),
        writes: buffersOf([...storesOf(kernel), ...storesOf(kernel.epilogue)]),
      }
    case 'matmul':
      return {
        reads: [kernel.a.buffer, kernel.b.buffer, ...buffersOf(loadsOf(kernel.epilogue))],
        writes: buffersOf(storesOf(kernel.epilogue)),
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

const sameAccess = (a: Access, b: Access): boolean =>
  a.offset === b.offset && a.strides.every((stride, i) => stride === b.strides[i])

/**
 * Pairs of a buffer that the kernel writes and one that it reads, such that every load of the latter is at the place of
 * the store: the two may be one memory. Loads and stores of a reduce's body run at other times than its epilogue's.
 */
export const inPlacePairs = (kernel: Kernel): readonly (readonly [written: number, read: number])[] => {
  if (kernel.kind !== 'loop' && kernel.kind !== 'reduce' && kernel.kind !== 'matmul') return []
  const { reads } = usesOf(kernel)
  const sections: readonly Body[] =
    kernel.kind === 'loop' ? [kernel] : kernel.kind === 'reduce' ? [kernel, kernel.epilogue] : [kernel.epilogue]
  const pairs: (readonly [number, number])[] = []
  for (const section of sections) {
    const loads = loadsOf(section)
    for (const store of storesOf(section)) {
      for (const buffer of new Set(buffersOf(loads))) {
        const own = loads.filter((load) => load.buffer === buffer)
        const everywhere = reads.filter((read) => read === buffer).length
        if (own.length === everywhere && own.every((load) => sameAccess(load, store)))
          pairs.push([store.buffer, buffer])
      }
    }
  }
  return pairs
}
