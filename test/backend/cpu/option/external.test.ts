import { describe, expect, it } from 'vitest'
import { backendLaws, programs } from '../../../../laws/index.js'
import { backendOn, cpuBackend } from '../../../../src/backend/cpu/backend.js'
import type { ExternalMatmul, ExternalMatrix } from '../../../../src/backend/cpu/option/external.js'
import { usualWorth } from '../../../../src/backend/cpu/plan/sharing.js'
import { createRuntime } from '../../../../src/backend/cpu/runtime/runtime.js'
import { reference } from '../../../../src/backend/reference/index.js'
import { deviceOf, type SyncDevice } from '../../../../src/engine/device.js'
import * as p from '../../../../src/index.js'
import { check } from '../../../laws/support.js'

/** Three loops, and how often they were asked for. */
const loops = () => {
  const calls: string[] = []
  const library: ExternalMatmul = {
    name: 'three loops',
    multiply: (memory, { rows, columns, depth, a, b, c }) => {
      calls.push(`${rows}x${depth}${a.transposed ? 'T' : ''} ${depth}x${columns}${b.transposed ? 'T' : ''}`)
      const floats = new Float32Array(memory)
      const at = ({ address, stride, transposed }: ExternalMatrix, row: number, column: number): number =>
        address / 4 + (transposed ? column * stride + row : row * stride + column)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let sum = 0
          for (let k = 0; k < depth; k++) sum += floats[at(a, i, k)]! * floats[at(b, k, j)]!
          floats[at(c, i, j)] = sum
        }
    },
  }
  return { library, calls }
}

/** Every product that can be handed over is, however small. */
const handing = (library: ExternalMatmul, threads = 1): SyncDevice =>
  deviceOf(backendOn(createRuntime(threads, threads > 1 ? 1e-9 : usualWorth, { matmul: library, leastWork: 0 })))

const numbers = (shape: readonly number[], seed: number): p.AnyTensor => {
  const [data] = p.hostNormal({ size: shape.reduce((a, b) => a * b, 1) })(p.rng(seed))
  return p.tensor(data, shape) as p.AnyTensor
}
const untyped = p as unknown as Readonly<Record<string, (...args: readonly unknown[]) => p.AnyTensor>>
const { matmul, transpose, add, tanh, permute, slice } = untyped as Required<typeof untyped>

/** A product, and what the library is asked for. */
const cases: Readonly<Record<string, readonly [() => p.AnyTensor, readonly string[]]>> = {
  'a matrix by a matrix': [() => matmul!(numbers([5, 7], 1), numbers([7, 3], 2)), ['5x7 7x3']],
  'the first transposed': [() => matmul!(transpose!(numbers([7, 5], 1)), numbers([7, 3], 2)), ['5x7T 7x3']],
  'the second transposed': [() => matmul!(numbers([5, 7], 1), transpose!(numbers([3, 7], 2))), ['5x7 7x3T']],
  both: [() => matmul!(transpose!(numbers([7, 5], 1)), transpose!(numbers([3, 7], 2))), ['5x7T 7x3T']],
  'a part of a matrix': [() => matmul!(slice!(numbers([9, 11], 1), [2, 3], [7, 10]), numbers([7, 3], 2)), ['5x7 7x3']],
  'an epilogue': [() => tanh!(add!(matmul!(numbers([5, 7], 1), numbers([7, 3], 2)), numbers([3], 3))), ['5x7 7x3']],
  'a result that is stored transposed': [
    () => transpose!(matmul!(numbers([5, 7], 1), numbers([7, 3], 2))),
    ['5x7 7x3'],
  ],
  'a batch': [() => matmul!(numbers([2, 5, 7], 1), numbers([2, 7, 3], 2)), ['5x7 7x3', '5x7 7x3']],
  'what has no contiguous rows or columns stays our own': [
    () => matmul!(permute!(numbers([5, 2, 7], 1), [1, 0, 2]), permute!(numbers([3, 7, 2], 2), [2, 1, 0])),
    [],
  ],
  'a vector stays our own': [() => matmul!(numbers([1, 7], 1), numbers([7, 3], 2)), []],
}

const close = (got: p.AnyTensor, wanted: p.AnyTensor): void => {
  const [x, y] = [p.toArray(got), p.toArray(wanted)]
  expect(x.length).toBe(y.length)
  for (let i = 0; i < x.length; i++) expect(Math.abs(x[i]! - y[i]!)).toBeLessThan(1e-5)
}

describe.each(Object.entries(cases))('%s', (_, [tree, wanted]) => {
  it.each([1, 2])('is right, on %i threads', (threads) => {
    const { library, calls } = loops()
    close(handing(library, threads).evaluateSync(tree()), reference().evaluateSync(tree()))
    expect(calls).toEqual(wanted)
  })
})

describe('the option', () => {
  it('takes large products only, and no convolution', () => {
    const { library, calls } = loops()
    const device = deviceOf(cpuBackend({ matmul: library }))
    const small = matmul!(numbers([16, 16], 1), numbers([16, 16], 2))
    const large = matmul!(numbers([32, 32], 1), numbers([32, 32], 2))
    const layer = p.conv2d({ in: 3, out: 8, kernel: 3 })
    const [{ params }] = layer.init({ shape: [2, 3, 16, 16], dtype: 'float32' })(p.rng(1))
    const [convolved] = layer.infer(params, {}, numbers([2, 3, 16, 16], 3) as never)
    for (const tree of [small, large, convolved as p.AnyTensor])
      close(device.evaluateSync(tree), reference().evaluateSync(tree))
    expect(calls).toEqual(['32x32 32x32'])
  })
  it('is told in the settings', () => {
    expect(deviceOf(cpuBackend({ matmul: loops().library })).settings.matmul).toBe('three loops')
    expect(deviceOf(cpuBackend()).settings).toEqual({ threads: 1, fastMath: false, winograd: false, matmul: 'own' })
  })
  it('works after the memory has grown, and in a scan', () => {
    const { library, calls } = loops()
    const device = handing(library)
    const first = device.evaluateSync(matmul!(numbers([5, 7], 1), numbers([7, 3], 2)))
    device.placeSync(p.tensor(new Float32Array(3 << 20), [3 << 20]))
    close(device.evaluateSync(matmul!(numbers([5, 7], 1), numbers([7, 3], 2))), first)
    const layer = p.sequence(p.lstm(6, 5))
    const [{ params, state }] = layer.init({ shape: [4, 3, 6], dtype: 'float32' })(p.rng(1))
    const run = () => layer.infer(params, state, numbers([4, 3, 6], 5) as never)[0] as p.AnyTensor
    const before = calls.length
    close(device.evaluateSync(run()), reference().evaluateSync(run()))
    expect(calls.length).toBeGreaterThanOrEqual(before + 4)
  })
  it('lets its errors through, and goes on', () => {
    let broken = true
    const { library } = loops()
    const device = handing({
      ...library,
      multiply: (memory, product) => {
        if (broken) throw new Error('out of order')
        library.multiply(memory, product)
      },
    })
    const tree = () => matmul!(numbers([5, 7], 1), numbers([7, 3], 2))
    expect(() => device.evaluateSync(tree())).toThrow('out of order')
    broken = false
    close(device.evaluateSync(tree()), reference().evaluateSync(tree()))
  })
})

const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
check(backendLaws, { device: handing(loops().library), reference: reference(), tolerance }, programs(), { runs: 40 })
