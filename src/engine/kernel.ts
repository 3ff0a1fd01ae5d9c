/**
 * Kernels: what a canonical program is lowered to for devices that fuse. This page is the meeting point of the lowering
 * (`lower` in this room) and the code generators (backend/cpu, backend/webgpu).
 *
 * Every buffer holds elements of 4 bytes, row-major, a bool as 0 or 1 in 32 bits; where a device asks for it, some float32
 * temporaries are kept as halves, in 2 bytes an element. Sizes, offsets and strides count elements. A kernel's loop nest is `dims`, outermost first; an access maps a place (i0, i1, ...) of the nest to element
 * offset + i0 strides[0] + i1 strides[1] + ... of a buffer; strides may be 0 (broadcast) or negative (flip), and the
 * address is always inside the buffer. Dims of size 1 are dropped and neighbours that can be one are joined, except
 * that a reduce keeps its three groups apart.
 */
import type { DType } from '../array/dtype.js'
import type { ElementwiseOp, ReduceOp } from '../array/node.js'

/** Where the elements of a loop nest lie in a buffer: offset + i0 strides[0] + i1 strides[1] + ... */
export interface Access {
  readonly buffer: number
  readonly offset: number
  readonly strides: readonly number[]
}

/** What a scalar program starts from. */
export type Operand =
  | { readonly kind: 'load'; readonly dtype: DType; readonly access: Access }
  /** A lifted literal, by its number. */
  | { readonly kind: 'scalar'; readonly dtype: DType; readonly index: number }
  /** A number that is part of the structure (0, 1, and what lowering makes up). */
  | { readonly kind: 'constant'; readonly dtype: DType; readonly value: number }
  /** The number offset + sum of i_d strides[d] itself (iota). */
  | { readonly kind: 'index'; readonly dtype: DType; readonly offset: number; readonly strides: readonly number[] }
  /** In an epilogue: the result that the kernel has just computed for this place. */
  | { readonly kind: 'result'; readonly dtype: DType }

/** One elementwise operation on earlier values: value v is operand v, and after the operands step v - operands.length. */
export interface Step {
  readonly op: ElementwiseOp
  /** Dtype of the result; cast, bitcast, less and equal also need the dtype of their arguments, which is that of args[0]. */
  readonly dtype: DType
  readonly args: readonly number[]
}

/** A scalar program and where its values go. */
export interface Body {
  readonly operands: readonly Operand[]
  readonly steps: readonly Step[]
  readonly stores: readonly { readonly value: number; readonly access: Access }[]
}

/**
 * For every place of dims: the body. Stores never overlap; a store may hit the very element that a load of the same body
 * reads at the same place (in place), in a loop as well as in a reduce or an epilogue, and no other element that the
 * kernel reads. So every place is computed once, its loads before its stores, and nothing else is kept where stores go.
 */
export interface LoopKernel extends Body {
  readonly kind: 'loop'
  readonly dims: readonly number[]
}

/**
 * dims = [...kept, ...outer, ...row]: for every kept place, the value over all outer and row places is reduced in the
 * order that src/array/reduce.ts states (rows of the joined row dims; outer counts the rows). `stores` of the body run
 * for every place; those of `epilogue` once for every kept place, its accesses spanning the kept dims only.
 */
export interface ReduceKernel extends Body {
  readonly kind: 'reduce'
  readonly op: ReduceOp
  readonly dims: readonly number[]
  readonly kept: number
  readonly outer: number
  /** The value of the body that is reduced. */
  readonly value: number
  readonly epilogue: Body
}

/**
 * result[batch, m, n] = sum over k of a[batch, m, k] b[batch, k, n], in the order that src/array/contract.ts states (k is
 * the row-major order of the k dims). Each of the four axes is a list of dims, so that permuted, windowed and flipped
 * operands are read where they lie. a spans [...batch, ...m, ...k], b spans [...batch, ...k, ...n]; the epilogue spans
 * [...batch, ...m, ...n], not joined.
 */
export interface MatmulKernel {
  readonly kind: 'matmul'
  readonly batch: readonly number[]
  readonly m: readonly number[]
  readonly n: readonly number[]
  readonly k: readonly number[]
  readonly a: Access
  readonly b: Access
  readonly epilogue: Body
}

/** Kernels without a loop nest of their own work on whole contiguous buffers. */
export type WholeKernel =
  /** source [rows, rest], indices [count] -> target [count, rest] */
  | {
      readonly kind: 'gather'
      readonly source: number
      readonly indices: number
      readonly target: number
      readonly rows: number
      readonly count: number
      readonly rest: number
    }
  /** indices [count], updates [count, rest] -> target [rows, rest], zeroed first */
  | {
      readonly kind: 'scatterAdd'
      readonly dtype: DType
      readonly indices: number
      readonly updates: number
      readonly target: number
      readonly rows: number
      readonly count: number
      readonly rest: number
    }
  /** source [lead, ...size, ...count] -> target [lead, ...spatial] */
  | {
      readonly kind: 'overlapAdd'
      readonly dtype: DType
      readonly source: number
      readonly target: number
      readonly lead: number
      readonly spatial: readonly number[]
      readonly size: readonly number[]
      readonly stride: readonly number[]
      readonly dilation: readonly number[]
      readonly count: readonly number[]
    }
  /** source [rows, length] -> target [rows, length] int32 */
  | {
      readonly kind: 'argSort'
      readonly dtype: DType
      readonly source: number
      readonly target: number
      readonly rows: number
      readonly length: number
    }
  /** source [outer, length, inner] -> target */
  | {
      readonly kind: 'cumulativeSum'
      readonly dtype: DType
      readonly source: number
      readonly target: number
      readonly outer: number
      readonly length: number
      readonly inner: number
    }
  /** source of `shape`, starts int32 [rank] (clamped so that the window fits) -> target of `sizes` */
  | {
      readonly kind: 'dynamicSlice'
      readonly source: number
      readonly starts: number
      readonly target: number
      readonly shape: readonly number[]
      readonly sizes: readonly number[]
    }

/**
 * `length` runs of the body plan. Buffers of the body are its own; `inputs` and `outputs` say what of this plan they
 * stand on: body input i reads outer buffer inputs[i].buffer, at element step * inputs[i].stride (0 for captures). The
 * carry: body output c (c < carry) of one step is body input c of the next; the first comes from inputs[c], the last
 * goes to outputs[c]. Stacked result s: body output carry + s is written at step * outputs[carry + s].stride.
 */
export interface ScanKernel {
  readonly kind: 'scan'
  readonly length: number
  readonly reverse: boolean
  readonly carry: number
  readonly body: KernelPlan
  readonly inputs: readonly { readonly buffer: number; readonly stride: number }[]
  readonly outputs: readonly { readonly buffer: number; readonly stride: number }[]
  /** Where the body's workspace begins: a temporary buffer of this plan of body.workspace elements. */
  readonly workspace: number
  /** Likewise for its halves, where it has any: a temporary of body.halves elements, itself of halves. */
  readonly halves?: number
}

/** One thing to run. */
export type Kernel = LoopKernel | ReduceKernel | MatmulKernel | WholeKernel | ScanKernel

/** A buffer of a plan: its elements, and whose it is. */
export interface PlannedBuffer {
  readonly dtype: DType
  /** Elements. */
  readonly size: number
  /**
   * input: what the caller passes. output: what the caller gets. temporary: at element `offset` of the workspace.
   * donated: an output that takes the place of donated input `index`.
   */
  readonly role:
    | { readonly kind: 'input'; readonly index: number }
    | { readonly kind: 'output'; readonly index: number }
    | { readonly kind: 'donated'; readonly output: number; readonly input: number }
    | { readonly kind: 'temporary'; readonly offset: number }
  /**
   * A temporary that is kept as IEEE half precision; its offset is in a workspace of halves. A value of a body that only
   * halves store is rounded when it is computed: what the kernel goes on with is what others load.
   */
  readonly half?: true
}

/** The kernels of a program in the order that they run, and the buffers that they share. */
export interface KernelPlan {
  readonly buffers: readonly PlannedBuffer[]
  readonly kernels: readonly Kernel[]
  /** Buffer of each output. An input that is returned as it is names the input's buffer. Outputs may share one. */
  readonly outputs: readonly number[]
  /** Elements of the workspace; every temporary is aligned to 16 elements (64 bytes), or to what the device asked for. */
  readonly workspace: number
  /** Elements of the workspace of halves, where there is one; those begin at multiples of twice as many elements. */
  readonly halves?: number
  readonly scalars: number
}
