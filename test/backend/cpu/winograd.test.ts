/** Winograd's algorithm, kernel by kernel, against a model of its order in plain numbers. */
import { describe, expect, it } from 'vitest'
import { sizeOf, stridesOf } from '../../../src/array/shape.js'
import { createExecutable } from '../../../src/backend/cpu/runtime/executable.js'
import { createRuntime, type Runtime } from '../../../src/backend/cpu/runtime/runtime.js'
import type { Access, Body, MatmulKernel } from '../../../src/engine/kernel.js'
import { addressAt, eachPlace, extentOf, floats, type Given, planOf, runKernels, someFloats, whole } from './support.js'

const { fround } = Math
type Dims = readonly number[]
type Square = readonly (readonly number[])[]

const every = { channels: 1, tiles: 1 }
/** Every convolution that can take it takes it; two threads share even the smallest. */
const runtimes: readonly Runtime[] = [
  createRuntime(1, 1e5, { winograd: every }),
  createRuntime(2, 1e-9, { winograd: every }),
]

const runOn = (
  runtime: Runtime,
  kernel: MatmulKernel,
  inputs: readonly Given[],
  outputs: readonly (readonly ['float32', number])[],
) => {
  const plan = planOf(
    inputs.map(({ dtype, data }) => [dtype, data.length] as const),
    outputs,
    [],
    [kernel],
  )
  const executable = createExecutable(runtime, plan, inputs.length, { keep: 'host', donated: inputs.map(() => false) })
  try {
    const names = executable.plan.kernels.flatMap(({ launches }) => launches.map(({ name }) => name))
    const values = executable.run(
      inputs.map(({ data }) => ({ kind: 'host', data })),
      [],
    )
    return { names, results: values.map((value) => (value as { readonly data: Float32Array }).data) }
  } finally {
    executable.dispose()
  }
}

const columns = (x: Square): Square => x[0]!.map((_, j) => x.map((row) => row[j]!))
/** f of every column, then of every row. */
const both = (f: (x: readonly number[]) => number[], x: Square): Square => columns(columns(x).map(f)).map(f)
const add = (a: number, b: number): number => fround(a + b)
const sub = (a: number, b: number): number => fround(a - b)

const filterOf = (g: Square): Square =>
  both(([a, b, c]) => {
    const sum = add(a!, c!)
    return [a!, fround(add(sum, b!) * 0.5), fround(sub(sum, b!) * 0.5), c!]
  }, g)
const tileOf = (d: Square): Square => both(([a, b, c, e]) => [sub(a!, c!), add(b!, c!), sub(c!, b!), sub(b!, e!)], d)
const resultOf = (m: Square): Square => both(([a, b, c, d]) => [add(add(a!, b!), c!), sub(sub(b!, c!), d!)], m)

interface Case {
  readonly name: string
  readonly images: Dims
  readonly channels: readonly [inputs: number, outputs: number]
  /** Of results. */
  readonly size: readonly [rows: number, columns: number]
  /** Filters as the gradient of an input reads them: turned, and channels exchanged. */
  readonly turned?: boolean
  /** Images whose channels are neighbours in memory, as where they come from N, H, W, C. */
  readonly channelsLast?: boolean
}
const cases: readonly Case[] = [
  { name: 'whole panels', images: [2], channels: [8, 8], size: [8, 8] },
  { name: 'an odd number of rows and columns', images: [2], channels: [3, 5], size: [7, 9] },
  { name: 'rows odd, columns even', images: [1], channels: [4, 4], size: [5, 6] },
  { name: 'one tile', images: [1], channels: [1, 1], size: [2, 2] },
  { name: 'many small images', images: [19], channels: [5, 6], size: [3, 3] },
  { name: 'no batch', images: [], channels: [6, 7], size: [4, 13] },
  { name: 'two dims of images', images: [2, 3], channels: [2, 9], size: [4, 5] },
  { name: 'more tiles than a block has', images: [3], channels: [4, 4], size: [18, 14] },
  { name: 'as many inputs as fit', images: [1], channels: [750, 2], size: [4, 4] },
  { name: 'as many outputs as fit', images: [1], channels: [2, 750], size: [4, 5] },
  { name: 'the gradient of an input', images: [2], channels: [5, 6], size: [6, 7], turned: true },
  { name: 'images with their channels last', images: [2], channels: [3, 4], size: [6, 5], channelsLast: true },
]

const setUp = ({ images, channels: [inputs, outputs], size, turned = false, channelsLast = false }: Case) => {
  const dims = [...images, outputs, ...size]
  const [rows, row] = [size[0] + 2, size[1] + 2]
  const [most, [channel, down, right]] = channelsLast
    ? [stridesOf([...images, rows * row * inputs]).slice(0, -1), [1, row * inputs, inputs]]
    : [stridesOf([...images, inputs * rows * row]).slice(0, -1), [rows * row, row, 1]]
  const b: Access = { buffer: 1, offset: 0, strides: [...most, channel!, down!, right!, down!, right!] }
  const none = images.map(() => 0)
  const a: Access = turned
    ? { buffer: 0, offset: 8, strides: [...none, 9, 9 * outputs, -3, -1] }
    : { buffer: 0, offset: 0, strides: [...none, 9 * inputs, 9, 3, 1] }
  const k = [inputs, 3, 3]
  const weights = someFloats(9 * inputs * outputs, 3)
  const image = someFloats(extentOf([...images, ...k, ...size], b), 4)
  const kernel = { kind: 'matmul', batch: images, m: [outputs], n: size, k, a, b } as const
  return { kernel, dims, weights, image }
}

/** Results in row-major order. */
const model = ({ kernel: { batch, m, n, k, a, b }, dims, weights, image }: ReturnType<typeof setUp>): Float32Array => {
  const wanted = new Float32Array(sizeOf(dims))
  const from = (size: number, f: (y: number, x: number) => number): Square =>
    Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => f(y, x)))
  const inputs = Array.from({ length: k[0]! }, (_, i) => i)
  eachPlace([...batch, ...m, ...n], (place) => {
    const [output, row, column] = place.slice(batch.length) as [number, number, number]
    if (row % 2 !== 0 || column % 2 !== 0) return
    const which = place.slice(0, batch.length)
    const sums = inputs.reduce<Square>(
      (totals, input) => {
        const filter = filterOf(from(3, (y, x) => weights[addressAt(a, [...which, output, input, y, x])]!))
        // What is beyond the image, and read for results that nobody wants, is 0 here.
        const inside = (y: number, x: number): boolean => row + y < n[0]! + 2 && column + x < n[1]! + 2
        const tile = tileOf(
          from(4, (y, x) => (inside(y, x) ? image[addressAt(b, [...which, input, y, x, row, column])]! : 0)),
        )
        return from(4, (y, x) => add(totals[y]![x]!, fround(filter[y]![x]! * tile[y]![x]!)))
      },
      from(4, () => 0),
    )
    resultOf(sums).forEach((results, y) => {
      results.forEach((result, x) => {
        if (row + y < n[0]! && column + x < n[1]!)
          wanted[addressAt(whole(0, dims), [...which, output, row + y, column + x])] = result
      })
    })
  })
  return wanted
}

const plain = (buffer: number, dims: Dims): Body => ({
  operands: [{ kind: 'result', dtype: 'float32' }],
  steps: [],
  stores: [{ value: 0, access: whole(buffer, dims) }],
})

describe.each(cases)('$name', (each) => {
  const given = setUp(each)
  const { kernel, dims, weights, image } = given
  const count = sizeOf(dims)
  const wanted = model(given)

  it.each([0, 1])('has the bits of the model (threads: one more than %i)', (i) => {
    const { names, results } = runOn(
      runtimes[i]!,
      { ...kernel, epilogue: plain(2, dims) },
      [floats(weights), floats(image)],
      [['float32', count]],
    )
    expect(names).toEqual([...(each.channelsLast ? ['winograd images'] : []), 'winograd filters', 'winograd'])
    expect(results[0]).toEqual(wanted)
  })

  it('stays close to exact sums', () => {
    const largest = { sum: 0, error: 0 }
    eachPlace(dims, (place) => {
      const [which, [output, ...at]] = [place.slice(0, -3), place.slice(-3) as [number, number, number]]
      let [sum, absolute] = [0, 0]
      eachPlace(kernel.k, (depth) => {
        const product =
          weights[addressAt(kernel.a, [...which, output, ...depth])]! *
          image[addressAt(kernel.b, [...which, ...depth, ...at])]!
        sum += product
        absolute += Math.abs(product)
      })
      largest.sum = Math.max(largest.sum, absolute)
      largest.error = Math.max(largest.error, Math.abs(wanted[addressAt(whole(0, dims), place)]! - sum))
    })
    expect(largest.error / largest.sum).toBeLessThan(2 ** -21)
  })

  it('takes an epilogue that loads, and stores twice', () => {
    const channel = dims.length - 3
    const bias: Access = { buffer: 2, offset: 0, strides: dims.map((_, d) => (d === channel ? 1 : 0)) }
    // Results that lie in a frame, as where they are padded.
    const framed = [...dims.slice(0, -2), dims[channel + 1]! + 2, dims[channel + 2]! + 2]
    const inside: Access = { buffer: 4, offset: framed[channel + 2]! + 1, strides: stridesOf(framed) }
    const epilogue: Body = {
      operands: [
        { kind: 'result', dtype: 'float32' },
        { kind: 'load', dtype: 'float32', access: bias },
      ],
      steps: [
        { op: 'add', dtype: 'float32', args: [0, 1] },
        { op: 'neg', dtype: 'float32', args: [2] },
      ],
      stores: [
        { value: 3, access: whole(3, dims) },
        { value: 2, access: inside },
      ],
    }
    const biases = someFloats(dims[channel]!, 8)
    for (const runtime of runtimes) {
      const { results } = runOn(
        runtime,
        { ...kernel, epilogue },
        [floats(weights), floats(image), floats(biases)],
        [
          ['float32', count],
          ['float32', sizeOf(framed)],
        ],
      )
      let i = 0
      eachPlace(dims, (place) => {
        const sum = fround(wanted[i]! + biases[place[channel]!]!)
        if (!Object.is(results[0]![i], -sum) || !Object.is(results[1]![addressAt(inside, place)], sum))
          expect([place, results[0]![i], results[1]![addressAt(inside, place)]]).toEqual([place, -sum, sum])
        i++
      })
    }
  })
})

it('lets an infinity reach the results of its tiles only', () => {
  const given = setUp({ name: '', images: [2], channels: [3, 4], size: [5, 7] })
  const { kernel, dims, weights } = given
  const image = given.image.slice()
  // Only the last result of each output depends on the last element of an image, in a tile of its own.
  image[image.length - 1] = Infinity
  const [results] = runOn(
    runtimes[0]!,
    { ...kernel, epilogue: plain(2, dims) },
    [floats(weights), floats(image)],
    [['float32', sizeOf(dims)]],
  ).results
  const wanted = model(given)
  eachPlace(dims, (place) => {
    const [i, , row, column] = place as [number, number, number, number]
    const value = results![addressAt(whole(0, dims), place)]!
    if (i === 1 && row === 4 && column === 6) return
    expect(value).toBe(wanted[addressAt(whole(0, dims), place)])
  })
})

it.each<readonly [string, Partial<Case>, Partial<Record<'b', Dims>>]>([
  ['too many inputs', { channels: [751, 1] }, {}],
  ['too many outputs', { channels: [1, 751] }, {}],
  ['a single row', { size: [1, 9] }, {}],
  ['stride 2', {}, { b: [108, 36, 6, 1, 12, 2] }],
  ['dilation', {}, { b: [108, 36, 12, 2, 6, 1] }],
])('leaves alone: %s', (_, change, { b }) => {
  const { kernel, dims, weights, image } = setUp({ name: '', images: [1], channels: [2, 2], size: [2, 2], ...change })
  const other = { ...kernel, epilogue: plain(2, dims), b: { ...kernel.b, strides: b ?? kernel.b.strides } }
  const inputs = [floats(weights), floats(b === undefined ? image : someFloats(512, 9))]
  const outputs = [['float32', sizeOf(dims)]] as const
  const { names, results } = runOn(runtimes[0]!, other, inputs, outputs)
  expect(names[0]).toBe('matmul')
  expect(results).toEqual(runKernels([other], inputs, outputs))
})
