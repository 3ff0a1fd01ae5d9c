import { describe, expect, it } from 'vitest'
import type { HostArray } from '../../../src/array/dtype.js'
import type { Local } from '../../../src/backend/cpu/emit/code.js'
import { phasesOf } from '../../../src/backend/cpu/kernel/phases.js'
import type { Result } from '../../../src/backend/cpu/kernel/vector.js'
import type { Part } from '../../../src/backend/cpu/math/part.js'
import { createExecutable } from '../../../src/backend/cpu/runtime/executable.js'
import { createRuntime } from '../../../src/backend/cpu/runtime/runtime.js'
import type { Body, Kernel, LoopKernel, Operand, PlannedBuffer, Step } from '../../../src/engine/kernel.js'
import { awkward, floats, type Given, noise, planOf, sameBits, someFloats, whole } from './support.js'

const { fround, imul } = Math

/** Shorter rows are computed straight through, longer ones in phases, a strip of 256 places at a time. */
const shortest = 128
const lengths = [shortest - 1, shortest, 131, 255, 256, 258, 511, 516, 1000, 4099]

const runtimes = { 'one thread': createRuntime(), 'three threads': createRuntime(3, 1e-9) }

const load = (buffer: number, strides: readonly number[] = [1], offset = 0): Operand => ({
  kind: 'load',
  dtype: 'float32',
  access: { buffer, offset, strides },
})
const scalar = (index: number): Operand => ({ kind: 'scalar', dtype: 'float32', index })
const step = (op: Step['op'], ...args: readonly number[]): Step => ({
  op,
  dtype: op === 'less' ? 'bool' : 'float32',
  args,
})

const run = (
  runtime: (typeof runtimes)['one thread'],
  kernels: readonly Kernel[],
  inputs: readonly Given[],
  sizes: readonly number[],
  scalars: readonly number[] = [],
): readonly HostArray[] => {
  const plan = planOf(
    inputs.map(({ dtype, data }) => [dtype, data.length] as const),
    sizes.map((size) => ['float32', size] as const),
    [],
    kernels,
    scalars.length,
  )
  const executable = createExecutable(runtime, plan, inputs.length, { keep: 'host', donated: inputs.map(() => false) })
  const results = executable.run(
    inputs.map(({ data }) => ({ kind: 'host', data })),
    scalars,
  )
  executable.dispose()
  return results.map((value) => (value as { readonly data: HostArray }).data)
}

const bits = new Int32Array(1)
const float = new Float32Array(bits.buffer)

/** math/hyperbolic.ts, one number at a time. */
const tanh = (x: number): number => {
  if (Number.isNaN(x)) return Number.NaN
  const [add, sub, mul] = [
    (a: number, b: number) => fround(a + b),
    (a: number, b: number) => fround(a - b),
    (a: number, b: number) => fround(a * b),
  ] as const
  const c = [0.0013882516075118096, 0.00836651931525329, 0.04166719989184238, 0.16666543629386002, 0.49999998].map(
    fround,
  )
  const [magic, y] = [12582912 + 127, Math.min(Math.abs(x), fround(9.1))]
  float[0] = sub(magic, mul(y, fround(2.8853900817779268)))
  const n = float[0]
  bits[0] = imul(bits[0]!, 1 << 23)
  const power = float[0]
  const r = sub(mul(sub(magic, n), fround(0.6931471805599453)), add(y, y))
  const square = mul(r, r)
  const low = add(mul(c[3]!, r), c[4]!)
  const high = add(mul(c[1]!, r), c[2]!)
  const series = add(mul(c[0]!, mul(square, square)), add(mul(high, square), low))
  const m = sub(sub(1, power), mul(power, add(r, mul(square, series))))
  const size = fround(m / sub(2, m))
  return x < 0 || Object.is(x, -0) ? -size : size
}

/** A number of every size and sign, and the awkward ones. */
const sample = (size: number, seed: number): Float32Array => {
  const next = noise(seed)
  return Float32Array.from({ length: size }, () => {
    const kind = next()
    if (kind < 0.2) return awkward[Math.floor(next() * awkward.length)]!
    return (next() - 0.5) * (kind < 0.6 ? 4 : kind < 0.8 ? 40 : 1e-3)
  })
}

describe('a chain with tanh', () => {
  /** tanh(2x + 1) x */
  const body: Body = {
    operands: [load(0), scalar(0), { kind: 'constant', dtype: 'float32', value: 1 }],
    steps: [step('mul', 0, 1), step('add', 3, 2), step('tanh', 4), step('mul', 5, 0)],
    stores: [],
  }
  const modelled = (x: Float32Array): Float32Array =>
    x.map((value) => fround(tanh(fround(fround(value * 2) + 1)) * value))
  for (const [name, runtime] of Object.entries(runtimes))
    for (const length of lengths) {
      const x = sample(length, length)
      const values = modelled(x)
      it(`is its model: ${length} places, ${name}`, () => {
        const kernel: LoopKernel = {
          ...{ ...body, kind: 'loop', dims: [length] },
          stores: [{ value: 6, access: whole(1, [length]) }],
        }
        expect(sameBits(run(runtime, [kernel], [floats(x)], [length], [2])[0]!, values)).toBe(true)
      })
      it(`is summed as its model: ${length} places, ${name}`, () => {
        const [finite] = [x.map((value) => (Number.isFinite(value) ? value : 1))]
        const kernel: Kernel = {
          ...{ ...body, kind: 'reduce', op: 'sum', dims: [3, length], kept: 1, outer: 0, value: 6 },
          operands: [load(0, [0, 1]), ...body.operands.slice(1)],
          epilogue: {
            ...{ operands: [{ kind: 'result', dtype: 'float32' }], steps: [] },
            stores: [{ value: 0, access: whole(1, [3]) }],
          },
        }
        const sums = run(runtime, [kernel], [floats(finite)], [3], [2])[0]!
        const wanted = sum(modelled(finite))
        expect(sameBits(sums, Float32Array.of(wanted, wanted, wanted))).toBe(true)
      })
    }
})

/** src/array/reduce.ts: eight lanes over blocks of 4096 elements, then the blocks. */
const sum = (values: Float32Array): number => {
  const blocks: number[] = []
  for (let begin = 0; begin < values.length; begin += 4096) {
    const lanes = new Float32Array(8)
    values.subarray(begin, begin + 4096).forEach((value, i) => {
      lanes[i % 8] += value
    })
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => fround(lanes[i]! + lanes[i + 4]!)) as [number, number, number, number]
    blocks.push(fround(fround(a + c) + fround(b + d)))
  }
  return blocks.length === 1 ? blocks[0]! : sum(Float32Array.from(blocks))
}

describe('an update with moments', () => {
  // As Adam's: two moments that are stored where they were, tiny ones as 0, and a parameter.
  const [beta, rest, tiny, factor, epsilon, rate] = [0.875, 0.125, 2 ** -126, 1.5, 2 ** -20, -0.25]
  const scalars = [beta, rest, tiny, factor, epsilon, rate]
  const [b, r, t, f, e, l, zero] = [4, 5, 6, 7, 8, 9, 10]
  const access = (buffer: number) => ({ buffer, offset: 0, strides: [1] })
  const kernelOf = (length: number): LoopKernel => ({
    ...{ kind: 'loop', dims: [length] },
    operands: [
      load(0),
      load(1),
      load(2),
      load(3),
      ...scalars.map((_, i) => scalar(i)),
      { kind: 'constant', dtype: 'float32', value: 0 },
    ],
    steps: [
      ...[step('mul', 0, b), step('mul', 3, r), step('add', 11, 12)],
      ...[step('abs', 13), step('less', 14, t), step('select', 15, zero, 13)],
      ...[step('mul', 3, 3), step('mul', 17, r), step('mul', 1, b), step('add', 19, 18)],
      ...[step('abs', 20), step('less', 21, t), step('select', 22, zero, 20)],
      ...[step('sqrt', 23), step('mul', 24, f), step('add', 25, e)],
      ...[step('div', 16, 26), step('mul', 27, l), step('add', 2, 28)],
    ],
    stores: [16, 23, 29].map((value, i) => ({ value, access: access(i) })),
  })
  const flushed = (x: number): number => (Math.abs(x) < tiny ? 0 : x)
  const model = (m: number, n: number, p: number, g: number): readonly [number, number, number] => {
    const mean = flushed(fround(fround(m * beta) + fround(g * rest)))
    const square = flushed(fround(fround(n * beta) + fround(fround(g * g) * rest)))
    const below = fround(fround(fround(Math.sqrt(square)) * factor) + epsilon)
    return [mean, square, fround(p + fround(fround(mean / below) * rate))]
  }
  const given = (length: number): readonly [m: Float32Array, n: Float32Array, p: Float32Array, g: Float32Array] => {
    const [m, p, g] = [1, 2, 3].map((seed) => sample(length, seed + length)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    return [m, someFloats(length, length).map(Math.abs), p, g]
  }
  /** Whether what comes back is m, n and p of the model. `buffers` are those of the plan, the four inputs first. */
  const isModel = (
    runtime: (typeof runtimes)['one thread'],
    length: number,
    kernel: LoopKernel,
    buffers: readonly PlannedBuffer[],
    outputs: readonly number[],
  ): boolean => {
    const [m, n, p, g] = given(length)
    const options = { keep: 'host', donated: [true, true, true, true] } as const
    const plan = { buffers, workspace: 0, kernels: [kernel], outputs, scalars: scalars.length }
    const executable = createExecutable(runtime, plan, 4, options)
    const results = executable.run(
      [m, n, p, g].map((data) => ({ kind: 'host', data })),
      scalars,
    )
    executable.dispose()
    const wanted = Array.from(m, (_, i) => model(m[i]!, n[i]!, p[i]!, g[i]!))
    return results.every((value, o) => {
      const data = (value as { readonly data: HostArray }).data
      return sameBits(
        data,
        Float32Array.from(wanted, (row) => row[o]!),
      )
    })
  }
  const inputs = (length: number): PlannedBuffer[] =>
    [0, 1, 2, 3].map((index) => ({ dtype: 'float32', size: length, role: { kind: 'input', index } }))
  for (const [name, runtime] of Object.entries(runtimes))
    for (const length of lengths)
      it(`is its model, in place: ${length} places, ${name}`, () => {
        // What comes back is what is then in the place of the inputs.
        expect(isModel(runtime, length, kernelOf(length), inputs(length), [0, 1, 2])).toBe(true)
      })

  // Results that are stored before the last phase must not stand where that still loads something else.
  const places = [0, 1, 2, 3].flatMap((m) =>
    [0, 1, 2, 3].flatMap((n) => [0, 1, 2, 3].map((p) => [m, n, p]).filter((each) => new Set(each).size === 3)),
  )
  for (const length of [131, 516])
    it.each(places)(`is its model in the places of operands %i, %i and %i: ${length} places`, (...inputsOf) => {
      const kernel = kernelOf(length)
      const moved = { ...kernel, stores: kernel.stores.map(({ value }, i) => ({ value, access: access(4 + i) })) }
      const results = inputsOf.map(
        (input, output): PlannedBuffer => ({
          dtype: 'float32',
          size: length,
          role: { kind: 'donated', output, input },
        }),
      )
      const buffers = [...inputs(length), ...results]
      expect(isModel(runtimes['one thread'], length, moved, buffers, [4, 5, 6])).toBe(true)
    })
})

describe('when results are stored', () => {
  const local = (index: number): Local => ({ index, get: [], set: () => [], tee: () => [] })
  const [x, old, moment, root, update] = [0, 1, 2, 3, 4].map(local) as [Local, Local, Local, Local, Local]
  const part = (latency: number, write: Local, ...reads: readonly Local[]): Part => ({
    ...{ latency, reads, code: [], writes: [write] },
  })
  const parts = [part(5, x), part(5, old), part(3, moment, x), part(40, root, moment)]
  const whole = [...parts, part(20, update, root, moment, old)]
  const resultOf = (value: Local, ...over: readonly Local[]): Result => ({ value, over, store: [], stored: [] })
  const phasesWith = (...results: readonly Result[]) =>
    phasesOf(whole, results, []).map((phase) => ({
      stores: phase.results.map(({ value }) => value),
      loads: phase.parts.filter(({ latency }) => latency === 5).flatMap(({ writes }) => writes),
      reads: phase.reads,
      writes: phase.writes,
    }))

  it('is at once, and later phases load them from there', () => {
    expect(phasesWith(resultOf(update, old), resultOf(moment, x))).toEqual([
      { stores: [moment], loads: [x], reads: [], writes: [root] },
      { stores: [update], loads: [moment, old], reads: [root], writes: [] },
    ])
  })

  it('is at the end where a later phase loads from there', () => {
    expect(phasesWith(resultOf(update, x), resultOf(moment, old))).toEqual([
      { stores: [], loads: [x], reads: [], writes: [moment, root] },
      { stores: [update, moment], loads: [old], reads: [moment, root], writes: [] },
    ])
  })

  it('is at the end where loading them takes more than a load', () => {
    const { stored: _, ...result } = resultOf(moment, x)
    expect(phasesWith(resultOf(update), { ...result, stored: undefined })[0]!.stores).toEqual([])
  })

  it('is at the end for a value of which one place has to wait', () => {
    const phases = phasesWith(resultOf(moment, x), resultOf(update), resultOf(moment, old))
    expect(phases.map(({ stores }) => stores)).toEqual([[], [moment, update, moment]])
  })
})

describe('other long bodies', () => {
  // What is computed straight through in short rows is the model of what is computed in phases.
  const cases: Readonly<Record<string, Body>> = {
    'functions of functions': {
      operands: [load(0), load(1)],
      steps: [step('exp', 0), step('log1p', 2), step('tanh', 3), step('mul', 4, 1), step('erf', 5), step('div', 6, 2)],
      stores: [],
    },
    'values that wait for long': {
      operands: [load(0), load(1), scalar(0)],
      steps: [
        ...[step('mul', 0, 1), step('tanh', 0), step('tanh', 4), step('exp', 5), step('less', 6, 2)],
        ...[step('select', 7, 3, 1), step('add', 8, 0)],
      ],
      stores: [],
    },
    'calls, and what does not move': {
      operands: [load(0), load(1, [0], 3)],
      steps: [step('sin', 0), step('pow', 2, 1), step('sqrt', 1), step('add', 3, 4), step('div', 5, 0)],
      stores: [],
    },
    'rows backwards and by twos': {
      operands: [load(0, [-1], 99), load(1, [2])],
      steps: [step('exp', 0), step('mul', 2, 1), step('tanh', 3)],
      stores: [],
    },
  }
  const rows = 5
  /** The body on `count` places from `first` on of each row of the inputs. */
  const kernelOf = (body: Body, length: number, first: number, count: number): LoopKernel => {
    const moved = (operand: Operand): Operand => {
      if (operand.kind !== 'load') return operand
      const [stride] = operand.access.strides as [number]
      const offset = (stride < 0 ? length - 1 : operand.access.offset) + first * stride
      return { ...operand, access: { ...operand.access, offset, strides: [2 * length, stride] } }
    }
    return {
      ...{ kind: 'loop', dims: [rows, count], steps: body.steps, operands: body.operands.map(moved) },
      stores: [
        {
          value: body.operands.length + body.steps.length - 1,
          access: { buffer: 2, offset: first, strides: [length, 1] },
        },
      ],
    }
  }
  for (const [name, body] of Object.entries(cases))
    for (const [threads, runtime] of Object.entries(runtimes))
      it(`${name}: the bits of short rows, ${threads}`, () => {
        for (const length of lengths) {
          const inputs = [1, 2].map((seed) => floats(sample(rows * 2 * length, seed)))
          const whole = run(runtime, [kernelOf(body, length, 0, length)], inputs, [rows * length], [0.5])
          const pieces: Kernel[] = []
          for (let first = 0; first < length; first += 100)
            pieces.push(kernelOf(body, length, first, Math.min(100, length - first)))
          expect(sameBits(whole[0]!, run(runtime, pieces, inputs, [rows * length], [0.5])[0]!)).toBe(true)
        }
      })
})
