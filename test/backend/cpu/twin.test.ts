import { describe, expect, it } from 'vitest'
import type { HostArray } from '../../../src/array/dtype.js'
import { add, matmul, mul, reshape, slice, tanh, tensor, toArray, transpose } from '../../../src/array/index.js'
import { backendOn } from '../../../src/backend/cpu/backend.js'
import { twinned } from '../../../src/backend/cpu/plan/twin.js'
import { allocateBuffer } from '../../../src/backend/cpu/runtime/executable.js'
import { createRuntime, type Runtime } from '../../../src/backend/cpu/runtime/runtime.js'
import { copyIn } from '../../../src/backend/cpu/runtime/transfer.js'
import { createTwins } from '../../../src/backend/cpu/runtime/twins.js'
import { deviceOf } from '../../../src/engine/device.js'
import type { Kernel, KernelPlan } from '../../../src/engine/kernel.js'
import { awkward, planOf, sameBits, someFloats } from './support.js'

const { fround } = Math

/** The order that src/array/contract.ts states: blocks of 256 of k, one after the other. */
const model = (x: Float32Array, w: Float32Array, columns: number, stride: number, offset: number): Float32Array =>
  Float32Array.from({ length: columns }, (_, c) => {
    let total = 0
    for (let begin = 0; begin < x.length; begin += 256) {
      let partial = 0
      for (let k = begin; k < Math.min(begin + 256, x.length); k++)
        partial = fround(partial + fround(x[k]! * w[offset + c * stride + k]!))
      total = begin === 0 ? partial : fround(total + partial)
    }
    return total
  })

interface Case {
  readonly columns: number
  readonly depth: number
  readonly stride?: number
  readonly offset?: number
}
const cases: readonly Case[] = [
  { columns: 16, depth: 2 },
  { columns: 17, depth: 5 },
  { columns: 37, depth: 300 },
  { columns: 64, depth: 256 },
  { columns: 128, depth: 257 },
  // Halves of halves of it are no whole sixteens.
  { columns: 144, depth: 9 },
  { columns: 530, depth: 9 },
  { columns: 256, depth: 784 },
  { columns: 48, depth: 30, stride: 41, offset: 7 },
]

/** The vector (input 0) times the matrix (input 1), or the matrix times the vector. */
const planFor = ({ columns, depth, stride = depth, offset = 0 }: Case, isLeft: boolean): KernelPlan => {
  const size = offset + columns * stride
  const vector = { buffer: 0, offset: 0, strides: isLeft ? [1, 1] : [depth, 1] }
  const matrix = { buffer: 1, offset, strides: isLeft ? [stride, 1] : [1, stride] }
  const result = { kind: 'result', dtype: 'float32' } as const
  const access = { buffer: 2, offset: 0, strides: isLeft ? [1, 1] : [columns, 1] }
  const epilogue = { operands: [result], steps: [], stores: [{ value: 0, access }] }
  const kernel: Kernel = isLeft
    ? { kind: 'matmul', batch: [], m: [columns], n: [1], k: [depth], a: matrix, b: vector, epilogue }
    : { kind: 'matmul', batch: [], m: [1], n: [columns], k: [depth], a: vector, b: matrix, epilogue }
  return planOf(
    [
      ['float32', depth],
      ['float32', size],
    ],
    [['float32', columns]],
    [],
    [kernel],
  )
}

const place = (runtime: Runtime, data: Float32Array) => {
  const buffer = allocateBuffer(runtime, data.length, 'float32')
  copyIn(runtime.memory, buffer.address, data)
  return buffer
}

const keep = { keep: 'host', donated: [false, false] } as const
const runtimes = { 'one thread': createRuntime(), 'three threads': createRuntime(3, 1e-9) }

for (const [threads, runtime] of Object.entries(runtimes))
  describe(`a resident matrix and vectors, ${threads}`, () => {
    for (const shape of cases)
      for (const isLeft of [false, true])
        for (const special of [false, true])
          it(`${shape.columns} by ${shape.depth}${isLeft ? ' from the left' : ''}${special ? ', special numbers' : ''}`, () => {
            const { columns, depth, stride = depth, offset = 0 } = shape
            const plan = planFor(shape, isLeft)
            expect(twinned(plan, 2, keep.donated)?.twins.length).toBe(1)
            const twins = createTwins(runtime)
            const executable = twins.executable(plan, 2, keep)
            const w = someFloats(offset + columns * stride, 5, special)
            const matrix = place(runtime, w)
            for (let use = 0; use < 4; use++) {
              const x = someFloats(depth, 10 + use)
              if (special) x[depth >> 1] = awkward[use]!
              const [result] = executable.run(
                [
                  { kind: 'host', data: x },
                  { kind: 'device', buffer: matrix },
                ],
                [],
              )
              const { data } = result as { readonly data: HostArray }
              expect(sameBits(data, model(x, w, columns, stride, offset))).toBe(true)
            }
            executable.dispose()
            twins.forget(matrix)
          })
  })

describe('a twin', () => {
  const runtime = createRuntime()
  const shape = { columns: 32, depth: 64 }
  const x = someFloats(64, 1)
  const bytes = 4 * 32 * 64
  /** Where a block of the twin's size comes to lie now. */
  const next = (): number => {
    const address = runtime.memory.allocate(bytes, 'a probe')
    runtime.memory.free(address, bytes)
    return address
  }

  it('is made at the second use, and goes with its matrix', () => {
    const twins = createTwins(runtime)
    const executable = twins.executable(planFor(shape, false), 2, keep)
    const matrix = place(runtime, someFloats(32 * 64, 2))
    const use = () =>
      executable.run(
        [
          { kind: 'host', data: x },
          { kind: 'device', buffer: matrix },
        ],
        [],
      )
    const before = next()
    use()
    expect(next()).toBe(before)
    use()
    expect(next()).not.toBe(before)
    use()
    twins.forget(matrix)
    expect(next()).toBe(before)
    executable.dispose()
  })

  it('is that of the new contents when a buffer was given up', () => {
    const twins = createTwins(runtime)
    const executable = twins.executable(planFor(shape, false), 2, keep)
    const matrix = place(runtime, someFloats(32 * 64, 3))
    const use = () => {
      const [result] = executable.run(
        [
          { kind: 'host', data: x },
          { kind: 'device', buffer: matrix },
        ],
        [],
      )
      return (result as { readonly data: HostArray }).data
    }
    for (let i = 0; i < 3; i++) use()
    // Doubles it in place.
    const access = { buffer: 0, offset: 0, strides: [1] }
    const doubling = planOf(
      [['float32', 32 * 64]],
      [],
      [],
      [
        {
          ...{ kind: 'loop', dims: [32 * 64], operands: [{ kind: 'load', dtype: 'float32', access }] },
          ...{ steps: [{ op: 'add', dtype: 'float32', args: [0, 0] }], stores: [{ value: 1, access }] },
        },
      ],
    )
    const double = twins.executable({ ...doubling, outputs: [0] }, 1, { keep: 'device', donated: [true] })
    const [doubled] = double.run([{ kind: 'device', buffer: matrix }], [])
    expect((doubled as { readonly buffer: unknown }).buffer).toBe(matrix)
    const wanted = model(
      x,
      someFloats(32 * 64, 3).map((value) => value * 2),
      32,
      64,
      0,
    )
    for (let i = 0; i < 3; i++) expect(sameBits(use(), wanted)).toBe(true)
    executable.dispose()
    double.dispose()
  })

  it('is not made of what one call uses, of few columns, of many rows, or where neighbours are columns', () => {
    const without = (plan: KernelPlan, donated = [false, false]): void =>
      expect(twinned(plan, 2, donated)).toBeUndefined()
    without(planFor({ columns: 15, depth: 64 }, false))
    without(planFor(shape, false), [false, true])
    const [kernel] = planFor(shape, false).kernels as [Extract<Kernel, { kind: 'matmul' }>]
    const { epilogue } = kernel
    const many = { ...kernel, m: [2], epilogue: { ...epilogue, stores: [] } }
    without({ ...planFor(shape, false), kernels: [many] })
    without({ ...planFor(shape, false), kernels: [{ ...kernel, b: { ...kernel.b, strides: [32, 1] } }] })
  })
})

it('layers on a device: the same bits at every use, with epilogues', () => {
  for (const runtime of Object.values(runtimes)) {
    const device = deviceOf(backendOn(runtime))
    const data = (shape: readonly number[], seed: number) =>
      tensor(
        someFloats(
          shape.reduce((a, b) => a * b, 1),
          seed,
        ),
        shape as [number, number],
      )
    const given = { w: data([48, 70], 1), b: data([1, 48], 2), v: data([20, 48], 3) }
    const net = ({ w, b, v }: typeof given, x: ReturnType<typeof data>) => {
      const hidden = tanh(add(matmul(x, transpose(w)), b))
      const output = matmul(hidden, transpose(v))
      // Twice the same matrix, and half of one.
      const half = matmul(hidden, transpose(slice(v, [0, 0], [16, 48])))
      return [hidden, mul(output, 2), add(output, 1), half, matmul(v, reshape(hidden, [48, 1]))]
    }
    const placed = device.placeSync(given)
    for (let use = 0; use < 4; use++) {
      const x = data([1, 70], 10 + use)
      const wanted = device.evaluateSync(net(given, x)).map((y) => toArray(y as never) as HostArray)
      const got = device.evaluateSync(net(placed, x)).map((y) => toArray(y as never) as HostArray)
      for (const [i, values] of got.entries()) expect(sameBits(values, wanted[i]!)).toBe(true)
    }
  }
})
