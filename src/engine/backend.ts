/**
 * The backend interface: what an implementation provides so that `deviceOf` can make a device of it.
 *
 * A backend knows programs and buffers, nothing of trees, derivatives, caches or layers. It may run a program's
 * instructions one by one (`interpret`, as the reference does; program.ts says what each means), or lower it to fused
 * kernels first (`lower`; kernel.ts says what those are).
 *
 * Of a `Buffer`, the type of an array in the backend's memory, nothing is asked: only the backend looks inside. Arrays on
 * the host are typed arrays of their dtype in row-major order, a bool a byte of 0 or 1. Nobody changes one that he did
 * not make: inputs stay as they are, and host results are new.
 */
import type { DType, HostArray } from '../array/dtype.js'
import type { Program } from './program.js'

/** A value on its way into or out of a run: on the host, or in the backend's memory. */
export type Value<Buffer> =
  | { readonly kind: 'host'; readonly data: HostArray }
  | { readonly kind: 'device'; readonly buffer: Buffer }

/** Which inputs a run may use up, and where its outputs shall be. */
export interface RunOptions {
  /**
   * For each input: whether its buffer is given up, so that an output may take its place. Part of what is compiled. Such
   * an input always comes as a buffer, and belongs to the executable from then on: it becomes an output or is released.
   */
  readonly donated: readonly boolean[]
  /**
   * Where the outputs shall be: copied to new host arrays, or left in buffers. Every output that is left has a buffer of
   * its own, which `release` or a later donation gives back.
   */
  readonly keep: 'host' | 'device'
}

/** A compiled program. `M` is how results come: at once, or as a promise. */
export interface Executable<Buffer, M extends 'sync' | 'async'> {
  /**
   * Values of the program's inputs and scalars, in their order, to values of its outputs. An asynchronous device runs in
   * the order of the calls, without waiting for results in between.
   */
  readonly run: (
    inputs: readonly Value<Buffer>[],
    scalars: readonly number[],
  ) => M extends 'sync' ? readonly Value<Buffer>[] : Promise<readonly Value<Buffer>[]>
  /** What would run, for `explain`. */
  readonly describe: () => PlanDescription
  /**
   * Runs it kernel by kernel, drops the results, and tells how many milliseconds each kernel that `describe` lists took.
   * Only called where nothing is donated. A backend that cannot tell leaves it out.
   */
  readonly measure?: (
    inputs: readonly Value<Buffer>[],
    scalars: readonly number[],
  ) => M extends 'sync' ? readonly number[] : Promise<readonly number[]>
  /** Gives back what the compiled program holds; called when it leaves the plan cache. */
  readonly dispose: () => void
}

/** One kernel of a plan and what it costs. */
export interface KernelDescription {
  readonly kernel: string
  readonly shape: readonly number[]
  readonly flops: number
  readonly bytes: number
  /** Milliseconds that it took where `explain` ran the plan; absent where it did not, or the backend cannot tell. */
  readonly milliseconds?: number
}
/** What would run: the kernels in their order, and the memory between them. */
export interface PlanDescription {
  readonly kernels: readonly KernelDescription[]
  /** Bytes of temporaries at the fullest moment. */
  readonly workspaceBytes: number
  /** Of these, bytes of values that are stored as halves. */
  readonly halvesBytes?: number
  /** On a GPU: what one run dispatches (a scan's kernels once for each step), and how many shaders that takes. */
  readonly dispatches?: number
  readonly pipelines?: number
}

/** What a device runs with, by name: what it was given and what it found. */
export type DeviceSettings = Readonly<Record<string, string | number | boolean>>

/**
 * What an implementation provides; {@link deviceOf} makes a device of it. `Buffer` is an array in its memory, `M` how
 * results come: at once, or as promises.
 */
export interface Backend<Buffer, M extends 'sync' | 'async'> {
  readonly name: string
  /** Shown as the device's; none unless given. */
  readonly settings?: DeviceSettings
  /** Bytes of results after which a macrotask passes, for those that are dropped to be found; 256 MiB unless told. */
  readonly budget?: number
  /** Whether it waits for something that needs a turn of the event loop to begin: asynchronous calls then give it one. */
  readonly starting?: () => boolean
  /** 'sync' backends give results at once. */
  readonly mode: M
  /** Programs with other dtypes are refused before they get here. */
  readonly dtypes: readonly DType[]
  /** Called once for each program and options that no plan is kept for. */
  readonly compile: (
    program: Program,
    options: RunOptions,
  ) => M extends 'sync' ? Executable<Buffer, M> : Promise<Executable<Buffer, M>>
  /** A copy in the backend's memory. */
  readonly upload: (data: HostArray, dtype: DType) => Buffer
  /** A copy on the host, of `size` elements. */
  readonly download: (buffer: Buffer, dtype: DType, size: number) => M extends 'sync' ? HostArray : Promise<HostArray>
  /** The buffer is not used again. */
  readonly release: (buffer: Buffer) => void
}
