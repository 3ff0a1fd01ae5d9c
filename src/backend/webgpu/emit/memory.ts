/** Declarations of bindings, and the functions that load and store elements. */
import type { Region } from '../dispatch.js'
import type { Bound } from './bindings.js'
import { type Lanes, storedType, typeOf } from './lanes.js'

/** A buffer that a shader uses, by its number in names, and how. */
export interface Used {
  readonly number: number
  readonly region: Region
  readonly kinds: { load: boolean; store: boolean; loadVector: boolean; storeVector: boolean; length: boolean }
}

const lanes = [0, 1, 2, 3] as const

/** The name of the function that makes halves of floats; floats of halves are a conversion of WGSL. */
export type ToHalf = (lanes: Lanes) => string

const storedAs = ({ dtype, half }: Region): string => (half ? 'f16' : storedType(dtype))

/** One buffer's view of a binding of elements of type `element`, grouped in fours if `inFours`. */
const functionsOf = (
  { number, region, kinds }: Used,
  begin: number,
  name: string,
  element: string,
  inFours: boolean,
  alone: boolean,
  toHalf: ToHalf,
) => {
  const { dtype, half } = region
  const own = storedAs(region)
  const shift = region.offset - begin
  const step = region.stride === 0 ? '' : ` + scanStep * ${region.stride}i`
  const at = `index${shift === 0 ? '' : ` + ${shift}i`}${step}`

  const decode = (word: string): string => {
    if (half) return `f32(${word})`
    const value = own === element ? word : `bitcast<${own}>(${word})`
    return dtype === 'bool' ? `${value} != 0u` : value
  }
  const encode = (value: string): string => {
    if (half) return `${toHalf(1)}(${value})`
    const word = dtype === 'bool' ? `select(0u, 1u, ${value})` : value
    return own === element ? word : `bitcast<${element}>(${word})`
  }
  const place = (lane: number): string => {
    const index = lane === 0 ? at : `${at} + ${lane}i`
    return inFours ? `${name}[(${index}) >> 2u][(${index}) & 3i]` : `${name}[${index}]`
  }
  const four = `${name}[(${at}) >> 2u]`
  const vector = typeOf(dtype, 4)
  // A binding of the region alone is as long as the region, rounded up to fours.
  const length = `i32(arrayLength(&${name}))${inFours ? ' * 4i' : ''}`
  const isKnown = alone && shift === 0 && step === '' && region.size % 4 === 0
  const decodeFour = (words: string): string => {
    if (half) return `vec4f(${words})`
    const value = own === element ? words : `bitcast<vec4<${own}>>(${words})`
    return dtype === 'bool' ? `${value} != vec4u()` : value
  }
  const encodeFour = (value: string): string => {
    if (half) return `${toHalf(4)}(${value})`
    const words = dtype === 'bool' ? `select(vec4u(), vec4u(1u), ${value})` : value
    return own === element ? words : `bitcast<vec4<${element}>>(${words})`
  }

  return [
    kinds.length && `fn length${number}() -> i32 { return ${isKnown ? length : `${region.size}i`}; }`,
    kinds.load && `fn load${number}(index: i32) -> ${typeOf(dtype)} { return ${decode(place(0))}; }`,
    kinds.store && `fn store${number}(index: i32, value: ${typeOf(dtype)}) { ${place(0)} = ${encode('value')}; }`,
    kinds.loadVector &&
      `fn loadVector${number}(index: i32) -> ${vector} { return ${
        inFours ? decodeFour(four) : `${vector}(${lanes.map((lane) => decode(place(lane))).join(', ')})`
      }; }`,
    kinds.storeVector &&
      `fn storeVector${number}(index: i32, value: ${vector}) { ${
        inFours
          ? `${four} = ${encodeFour('value')};`
          : lanes.map((lane) => `${place(lane)} = ${encode(`value[${lane}]`)};`).join(' ')
      } }`,
  ].filter((line) => line !== false)
}

export const memoryFunctions = (used: readonly Used[], bindings: readonly Bound[], toHalf: ToHalf): readonly string[] =>
  bindings.flatMap(({ offset, size, access, uses }, binding) => {
    const members = uses.map((position) => used[position])
    const types = new Set(members.map(({ region }) => storedAs(region)))
    const element = types.size === 1 ? [...types][0] : 'u32'
    const name = `b${binding}`
    const vectors = members.filter(({ kinds }) => kinds.loadVector || kinds.storeVector)
    const inFours =
      vectors.length > 0 &&
      size % 4 === 0 &&
      vectors.every(({ region }) => (region.offset - offset) % 4 === 0 && region.stride % 4 === 0)
    return [
      `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<${inFours ? `vec4<${element}>` : element}>;`,
      ...members.flatMap((member) => functionsOf(member, offset, name, element, inFours, uses.length === 1, toHalf)),
    ]
  })
