/**
 * What a kernel of the engine becomes: launches. A launch is a function, compiled once for its structure, and a
 * descriptor: a list of words in memory that holds sizes, strides and addresses, so that another shape, or other
 * buffers, cost no compilation.
 */
import type { DType } from '../../../array/dtype.js'
import type { FunctionDefinition, FunctionType } from '../emit/code.js'
import type { Arithmetic } from '../kernel/matmul/micro.js'
import { chunkOf, type Sharing } from './sharing.js'

/** One 32-bit word of a descriptor. What is not a number becomes one when the plan gets its place in memory. */
export type Word =
  | number
  /** The address of element `offset` of a buffer of the plan. */
  | { readonly kind: 'buffer'; readonly buffer: number; readonly offset: number }
  /** The address of a lifted literal, stored as `dtype`. */
  | { readonly kind: 'scalar'; readonly index: number; readonly dtype: DType }
  /** The address of numbers that belong to the plan. */
  | { readonly kind: 'table'; readonly values: Int32Array }
  | { readonly kind: 'made'; readonly table: MadeTable }
  /** The place of another function in the table of functions. */
  | { readonly kind: 'function'; readonly source: KernelSource }
  /** The address of more words: another descriptor, a list of launches. */
  | { readonly kind: 'words'; readonly words: readonly Word[] }
  /** A word that kernels write, and the address of that word. */
  | { readonly kind: 'written'; readonly label: Label }
  | { readonly kind: 'addressOf'; readonly label: Label }

/** A table that a kernel writes, once, before the plan first runs. */
export interface MadeTable {
  /** In words. */
  readonly size: number
  readonly source: KernelSource
  /** The kernel's descriptor, but for its first word, which is the table. */
  readonly words: readonly Word[]
}

/** Names a word; labels are equal only to themselves. */
export interface Label {
  readonly name: string
}

/** A function and the structure that it was made for: equal keys, equal functions. */
export interface KernelSource {
  readonly key: string
  readonly write: () => FunctionDefinition
}

/** Kernels run units [begin, end) of their work. `scratch` is memory of the thread's own. */
export const kernelType: FunctionType = { params: ['i32', 'i32', 'i32', 'i32'], results: [] }

export interface Launch {
  readonly name: string
  readonly source: KernelSource
  readonly words: readonly Word[]
  /** Parts of the work that may run in any order, on any thread. */
  readonly units: number
  /** About how many nanoseconds it takes; decides whether threads pay. */
  readonly work: number
}

/** How matrix products are computed. */
export interface Products {
  readonly arithmetic: Arithmetic
  /** The function that hands products of plain matrices to another library, where there is one. */
  readonly external?: {
    readonly source: KernelSource
    /** Products of fewer multiplications are our own. */
    readonly leastWork: number
  }
  /** For which convolutions Winograd's algorithm is taken, if for any. */
  readonly winograd?: WinogradLimits
}

/** The smallest convolutions that take Winograd's algorithm. */
export interface WinogradLimits {
  /** Of inputs and of outputs. */
  readonly channels: number
  /** Tiles of 2 by 2 results, in all images. */
  readonly tiles: number
}

export const ownProducts: Products = { arithmetic: 'exact' }

/** Where planning gets room for what launches need beside the engine's buffers. */
export interface Room {
  /** The number of a new buffer of so many elements, which lives as long as the kernel runs. */
  readonly temporary: (elements: number) => number
  /** Whether two buffers may be the same memory. */
  readonly overlap: (a: number, b: number) => boolean
  /** The table that `describe` describes; `key` says which, and one that is known already is used again. */
  readonly table: (key: string, describe: () => MadeTable) => Word
  readonly sharing: Sharing
  readonly products: Products
}

export const addressOf = (buffer: number, offset = 0): Word => ({ kind: 'buffer', buffer, offset })

/** A list of launches as kernel/sequence.ts and kernel/threads.ts read it. */
export const listWords = (launches: readonly Launch[], sharing: Sharing): Word[] =>
  launches.flatMap((launch): Word[] => [
    { kind: 'function', source: launch.source },
    { kind: 'words', words: launch.words },
    launch.units,
    chunkOf(launch, sharing),
  ])
