/**
 * Builds one compute shader: its bindings, lifted literals, library functions, and the text around `main`.
 *
 * Names are numbered by first use, so that equal kernels of different plans have equal sources, and one pipeline. Loads
 * and stores are small functions that are written at the end, when it is known which buffers share a binding.
 */
import type { DType } from '../../../array/dtype.js'
import type { Dispatch, KernelContext, Region } from '../dispatch.js'
import { library } from '../math/library.js'
import type { FunctionName } from '../math/names.js'
import { bind } from './bindings.js'
import { constant, finite } from './constant.js'
import { type Lanes, typeOf } from './lanes.js'
import { memoryFunctions, type Used } from './memory.js'

export interface Parts {
  /** For people. */
  readonly label: string
  readonly workgroupSize: readonly [number, number, number]
  readonly workgroups: readonly [number, number, number]
  /** Workgroup variables, constants, helper functions. */
  readonly declarations?: string
  /** Statements; `global`, `local` and `group` are the vec3u builtins, `localIndex` the u32 one. */
  readonly main: string
}

export interface Shader {
  /** The element of plan buffer `buffer` at `index`, an i32 expression in elements from the buffer's start. */
  readonly load: (buffer: number, index: string) => string
  /** A statement; `value` has the type of the buffer's dtype. */
  readonly store: (buffer: number, index: string, value: string) => string
  /** Whether reading and writing `buffer` in fours is as good as it can be. */
  readonly canVector: (buffer: number) => boolean
  /** Four elements from `index` on, a multiple of 4. */
  readonly loadVector: (buffer: number, index: string) => string
  readonly storeVector: (buffer: number, index: string, value: string) => string
  /** The number of elements of a buffer, an i32. Where its binding tells it, shaders for other numbers are the same. */
  readonly lengthOf: (buffer: number) => string
  /** A number for a region that is no plan buffer, to load and store by. */
  readonly region: (region: Region) => number
  /** A lifted literal. */
  readonly scalar: (index: number, dtype: DType) => string
  /** Infinity and NaN that the compiler cannot see through: WGSL refuses them as constants. */
  readonly infinity: string
  readonly notANumber: string
  /** 0 of either sign, likewise. */
  readonly zero: (sign: number) => string
  /** The same float, or four, of which no compiler sees that it is the same. */
  readonly hidden: (value: string, lanes: Lanes) => string
  /** A number, exactly: of floats also infinities, NaN, -0 and denormals. */
  readonly constant: (value: number, dtype: DType) => string
  /** The name of a library function, which is added with all that it needs. */
  readonly use: (name: FunctionName, lanes?: Lanes) => string
  /**
   * The number at which a loop of main ends, as a u32. Compilers of processors unroll a loop whose length they see, and then take
   * long: they are not shown it.
   */
  readonly bound: (length: number) => string
  /** A name that no other has. */
  readonly fresh: (prefix: string) => string
  readonly dtypeOf: (buffer: number) => DType
  /** Whether a buffer keeps its elements as halves. */
  readonly isHalf: (buffer: number) => boolean
  /**
   * Lets the shader exchange values within subgroups. `localIndex` then counts along them: invocations of a subgroup are
   * neighbours.
   */
  readonly withSubgroups: () => void
  readonly context: KernelContext
  readonly finish: (parts: Parts) => Dispatch
}

const swizzle = ['x', 'y', 'z', 'w'] as const

/** There are never so many workgroups. */
const hiddenZero = '(groups.x >> 31u)'

/** A float of given bits that no compiler sees: `zero` is 0, but comes from outside. */
const opaque = (bits: number): string => `bitcast<f32>(0x${bits.toString(16)}u | zero)`

export const newShader = (context: KernelContext): Shader => {
  const regions = new Map<number, Region>()
  const used = new Map<number, Used>()
  const scalars: { readonly index: number; readonly dtype: DType }[] = []
  const functions = new Map<string, string>()
  const counts = new Map<string, number>()
  let usesZero = false
  let usesSubgroups = false

  const regionOf = (buffer: number): Region => {
    let region = regions.get(buffer)
    if (region === undefined) {
      region = context.regionOf(buffer)
      regions.set(buffer, region)
    }
    return region
  }

  /** Notes how a buffer is used, and gives its number in the names of its functions. */
  const note = (buffer: number, kind: keyof Used['kinds']): number => {
    let entry = used.get(buffer)
    if (entry === undefined) {
      entry = {
        number: used.size,
        region: regionOf(buffer),
        kinds: { load: false, store: false, loadVector: false, storeVector: false, length: false },
      }
      used.set(buffer, entry)
    }
    entry.kinds[kind] = true
    return entry.number
  }

  const use = (name: FunctionName, lanes: Lanes = 1): string => {
    const unique = `${name}_${lanes}`
    if (!functions.has(unique)) {
      const { write, opaque: needsZero = false } = library[name]
      if (needsZero) usesZero = true
      // Holds the place, so that no function is written twice.
      functions.set(unique, '')
      const vector = (dtype: DType): string => typeOf(dtype, lanes)
      functions.set(
        unique,
        write(unique, {
          f: vector('float32'),
          i: vector('int32'),
          u: vector('uint32'),
          b: vector('bool'),
          use: (other) => use(other, lanes),
          useScalar: (other) => use(other),
          lanes,
          float: (value) => (lanes === 1 ? finite(value) : `vec4f(${finite(value)})`),
        }),
      )
    }
    return unique
  }

  return {
    load: (buffer, index) => `load${note(buffer, 'load')}(${index})`,
    store: (buffer, index, value) => `store${note(buffer, 'store')}(${index}, ${value});`,
    canVector: (buffer) => {
      const { offset, size, stride } = regionOf(buffer)
      return offset % 4 === 0 && size % 4 === 0 && stride % 4 === 0
    },
    loadVector: (buffer, index) => `loadVector${note(buffer, 'loadVector')}(${index})`,
    storeVector: (buffer, index, value) => `storeVector${note(buffer, 'storeVector')}(${index}, ${value});`,
    lengthOf: (buffer) => `length${note(buffer, 'length')}()`,
    region: (region) => {
      let number = -1
      while (regions.has(number)) number--
      regions.set(number, region)
      return number
    },
    scalar: (index, dtype) => {
      let word = scalars.findIndex((each) => each.index === index && each.dtype === dtype)
      if (word < 0) word = scalars.push({ index, dtype }) - 1
      const bits = `scalars[${word >> 2}].${swizzle[word & 3]}`
      if (dtype === 'uint32') return bits
      return dtype === 'bool' ? `(${bits} != 0u)` : `bitcast<${typeOf(dtype)}>(${bits})`
    },
    get infinity() {
      usesZero = true
      return opaque(0x7f800000)
    },
    get notANumber() {
      usesZero = true
      return opaque(0x7fc00000)
    },
    zero: (sign) => {
      usesZero = true
      return opaque(Object.is(sign, -0) ? 0x80000000 : 0)
    },
    hidden: (value, lanes) => {
      usesZero = true
      // Added: a constant's bits have been joined with the 0 by `|`, and twice is once.
      return `bitcast<${typeOf('float32', lanes)}>(bitcast<${typeOf('uint32', lanes)}>(${value}) + ${typeOf('uint32', lanes)}(zero))`
    },
    constant: (value, dtype) =>
      constant(value, dtype, (bits) => {
        usesZero = true
        return opaque(bits)
      }),
    use,
    bound: (length) => (context.limits.software ? `(${length}u | ${hiddenZero})` : `${length}u`),
    fresh: (prefix) => {
      const count = counts.get(prefix) ?? 0
      counts.set(prefix, count + 1)
      return `${prefix}${count}`
    },
    dtypeOf: (buffer) => regionOf(buffer).dtype,
    isHalf: (buffer) => regionOf(buffer).half === true,
    withSubgroups: () => {
      usesSubgroups = true
    },
    context,
    finish: ({ label, workgroupSize, workgroups, declarations = '', main }) => {
      const buffers = [...used.values()]
      const bindings = bind(
        buffers.map(({ region, kinds }) => ({ region, stores: kinds.store || kinds.storeVector })),
        context.limits,
      )
      const stepped = buffers.some(({ region }) => region.stride !== 0)
      const source = [
        buffers.some(({ region }) => region.half) ? 'enable f16;' : '',
        usesSubgroups ? 'enable subgroups;\nrequires subgroup_id;' : '',
        ...memoryFunctions(buffers, bindings, (lanes) => use('toHalf', lanes)),
        scalars.length === 0
          ? ''
          : `@group(1) @binding(0) var<uniform> scalars: array<vec4u, ${Math.ceil(scalars.length / 4)}>;`,
        stepped ? '@group(1) @binding(1) var<uniform> scanStep: i32;' : '',
        usesZero ? 'var<private> zero: u32;' : '',
        ...functions.values(),
        declarations,
        `@compute @workgroup_size(${workgroupSize.join(', ')})`,
        'fn main(@builtin(global_invocation_id) global: vec3u, @builtin(local_invocation_id) local: vec3u,',
        `  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) ${usesSubgroups ? 'flatIndex' : 'localIndex'}: u32,`,
        usesSubgroups
          ? '  @builtin(subgroup_id) subgroup: u32, @builtin(subgroup_size) subgroupSize: u32, @builtin(subgroup_invocation_id) lane: u32,'
          : '',
        `  @builtin(num_workgroups) groups: vec3u) {`,
        usesZero ? `zero = ${hiddenZero};` : '',
        usesSubgroups ? 'let localIndex = subgroup * subgroupSize + lane;' : '',
        main,
        '}',
      ]
      return {
        label,
        source: `${source.filter((part) => part !== '').join('\n')}\n`,
        bindings: bindings.map(({ uses: _, ...binding }) => binding),
        scalars,
        stepped,
        workgroups: [workgroups[0], workgroups[1], workgroups[2]],
      }
    },
  }
}
