/**
 * Dispatches: what the kernels of a plan become on a GPU. This page is the meeting point of the code generators (kernel/)
 * and the runtime.
 *
 * A dispatch is one compute shader and what it is bound to. Its source is all that a pipeline is made of, and is the key
 * under which pipelines are kept: it holds shapes and strides as constants, and nothing of where buffers lie.
 */
import type { DType } from '../../array/dtype.js'
import type { Kernel } from '../../engine/kernel.js'

/**
 * Where a buffer of a plan lies: `size` elements of 4 bytes from element `offset` of a slot. A slot is one GPU buffer:
 * the workspace, that of halves (elements of 2 bytes), an input or an output. Two buffers that share a slot may share places (a result that stands where an
 * operand was). In the body of a scan, step s reads and writes from element offset + s * stride on.
 */
export interface Region {
  readonly slot: number
  readonly offset: number
  readonly size: number
  readonly stride: number
  readonly dtype: DType
  /** Float32 values that are stored as IEEE half precision. A slot holds nothing but halves, or none. */
  readonly half?: true
}

/** What stands at one binding: a stretch of a slot, in elements. Binding i of group 0 is binding i of the list. */
export interface Binding {
  readonly slot: number
  readonly offset: number
  readonly size: number
  /** Nothing of an input's slot is written, but for donated ones. */
  readonly access: 'read' | 'read_write'
  readonly half?: true
}

/** Bytes of an element of a region or a binding. */
export const elementBytes = ({ half }: Pick<Region, 'half'>): number => (half ? 2 : 4)

export interface Dispatch {
  /** For people, in `explain` and in the GPU's own tools. */
  readonly label: string
  /** WGSL with an entry point `main`. */
  readonly source: string
  readonly bindings: readonly Binding[]
  /** Lifted literals: word i of the uniform block at binding 0 of group 1 is the bits of scalars[i]. */
  readonly scalars: readonly { readonly index: number; readonly dtype: DType }[]
  /** Whether the shader reads the step of the scan that it is in: binding 1 of group 1. */
  readonly stepped: boolean
  readonly workgroups: readonly [x: number, y: number, z: number]
}

/** What a code generator may count on. */
export interface Limits {
  /** Storage buffers that one shader can be bound to. */
  readonly storageBuffers: number
  /** Elements of 4 bytes that one binding can span. */
  readonly bindingElements: number
  readonly invocations: number
  /** Bytes. */
  readonly workgroupMemory: number
  /** Workgroups in each direction. */
  readonly workgroups: number
  /** Invocations of the smallest subgroup that there can be, and of the largest: powers of two. */
  readonly subgroups: { readonly least: number; readonly most: number }
  /**
   * Whether shaders run on the processor. There compiling takes a tenth of a second or more, and longer with every access
   * to memory in the source; workgroup memory is no nearer than other memory, and few invocations are busy at a time.
   */
  readonly software: boolean
}

/** Where invocations exchange values through workgroup memory only. */
export const noSubgroups: Limits['subgroups'] = { least: 1, most: 1 }

export interface KernelContext {
  readonly limits: Limits
  readonly regionOf: (buffer: number) => Region
  /** A stretch of the workspace for the dispatches of one kernel alone. */
  readonly scratch: (elements: number, dtype: DType) => Region
}

/** What writes the dispatches of one kind of kernel. */
export type Generator<K extends Kernel> = (kernel: K, context: KernelContext) => readonly Dispatch[]
