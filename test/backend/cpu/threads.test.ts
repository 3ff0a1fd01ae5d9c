import { execFileSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { programs } from '../../../laws/arbitrary.js'
import { backendLaws } from '../../../laws/backend.js'
import { identical } from '../../../laws/compare.js'
import { programOf } from '../../../laws/program/index.js'
import type { HostArray } from '../../../src/array/dtype.js'
import { add, matmul, scan, type Tensor, tanh, tensor, toArray } from '../../../src/array/index.js'
import { backendOn } from '../../../src/backend/cpu/backend.js'
import { cpu } from '../../../src/backend/cpu/index.js'
import { control } from '../../../src/backend/cpu/kernel/threads.js'
import { createExecutable } from '../../../src/backend/cpu/runtime/executable.js'
import { createRuntime, type Runtime } from '../../../src/backend/cpu/runtime/runtime.js'
import { reference } from '../../../src/backend/reference/index.js'
import { deviceOf } from '../../../src/engine/device.js'
import type { Kernel, KernelPlan } from '../../../src/engine/kernel.js'
import { check } from '../../laws/support.js'
import { floats, type Given, integers, planOf, sameBits, someFloats, whole } from './support.js'

const one = createRuntime()
/** Every launch of more than one unit is shared. */
const three = createRuntime(3, 1e-9)

const started = async ({ memory }: Runtime, count: number): Promise<void> => {
  while (memory.words()[control.started >> 2]! < count) await setTimeout(5)
}
const runOn = (runtime: Runtime, plan: KernelPlan, inputs: readonly Given[]): HostArray[] => {
  const executable = createExecutable(runtime, plan, inputs.length, { keep: 'host', donated: inputs.map(() => false) })
  const given = inputs.map(({ data }) => ({ kind: 'host', data }) as const)
  let last: HostArray[] = []
  // Several times, for threads meet in many ways.
  for (let i = 0; i < 20; i++) {
    const results = executable.run(given, []).map((value) => (value as { readonly data: HostArray }).data)
    expect(i === 0 || results.every((data, o) => sameBits(data, last[o]!))).toBe(true)
    last = results
  }
  executable.dispose()
  return last
}

const load = (buffer: number, strides: readonly number[]) =>
  ({ kind: 'load', dtype: 'float32', access: { buffer, offset: 0, strides } }) as const
const result = { kind: 'result', dtype: 'float32' } as const

const x = floats(someFloats(64 * 300, 1))
const cases: Readonly<Record<string, readonly [readonly Given[], number, Kernel]>> = {
  loop: [
    [x],
    19_200,
    {
      kind: 'loop',
      dims: [64, 300],
      operands: [load(0, [1, 64])],
      steps: [{ op: 'tanh', dtype: 'float32', args: [0] }],
      stores: [{ value: 1, access: whole(1, [64, 300]) }],
    },
  ],
  'a flat loop': [
    [x],
    19_199,
    {
      kind: 'loop',
      dims: [19_199],
      operands: [load(0, [1])],
      steps: [{ op: 'exp', dtype: 'float32', args: [0] }],
      stores: [{ value: 1, access: whole(1, [19_199]) }],
    },
  ],
  rows: [
    [x],
    64,
    {
      ...{ kind: 'reduce', op: 'sum', dims: [64, 300], kept: 1, outer: 0, value: 0, steps: [], stores: [] },
      operands: [load(0, [300, 1])],
      epilogue: { operands: [result], steps: [], stores: [{ value: 0, access: whole(1, [64]) }] },
    },
  ],
  blocks: [
    [x],
    1,
    {
      ...{ kind: 'reduce', op: 'sum', dims: [19_200], kept: 0, outer: 0, value: 0, steps: [], stores: [] },
      operands: [load(0, [1])],
      epilogue: { operands: [result], steps: [], stores: [{ value: 0, access: whole(1, []) }] },
    },
  ],
  columns: [
    [x],
    300,
    {
      ...{ kind: 'reduce', op: 'sum', dims: [300, 64], kept: 1, outer: 0, value: 0, steps: [], stores: [] },
      operands: [load(0, [1, 300])],
      epilogue: { operands: [result], steps: [], stores: [{ value: 0, access: whole(1, [300]) }] },
    },
  ],
  windows: [
    [x],
    32 * 150,
    {
      ...{ kind: 'reduce', op: 'max', dims: [32, 150, 2, 2], kept: 2, outer: 0, value: 0, steps: [], stores: [] },
      operands: [load(0, [600, 2, 300, 1])],
      epilogue: { operands: [result], steps: [], stores: [{ value: 0, access: whole(1, [32, 150]) }] },
    },
  ],
  argMax: [
    [x],
    64,
    {
      ...{ kind: 'reduce', op: 'argMax', dims: [64, 300], kept: 1, outer: 0, value: 0, steps: [], stores: [] },
      operands: [load(0, [300, 1])],
      epilogue: {
        operands: [{ kind: 'result', dtype: 'int32' }],
        steps: [{ op: 'cast', dtype: 'float32', args: [0] }],
        stores: [{ value: 1, access: whole(1, [64]) }],
      },
    },
  ],
  'a product': [
    [x, floats(someFloats(300 * 170, 2))],
    64 * 170,
    {
      ...{ kind: 'matmul', batch: [], m: [64], n: [170], k: [300], a: whole(0, [64, 300]), b: whole(1, [300, 170]) },
      epilogue: {
        operands: [result],
        steps: [{ op: 'tanh', dtype: 'float32', args: [0] }],
        stores: [{ value: 1, access: whole(2, [64, 170]) }],
      },
    },
  ],
  'products of a batch': [
    [x, floats(someFloats(10 * 30 * 70, 2))],
    10 * 64 * 70,
    {
      ...{ kind: 'matmul', batch: [10], m: [64], n: [70], k: [30] },
      a: { buffer: 0, offset: 0, strides: [1920, 1, 64] },
      b: whole(1, [10, 30, 70]),
      epilogue: { operands: [result], steps: [], stores: [{ value: 0, access: whole(2, [10, 64, 70]) }] },
    },
  ],
  'a vector times a matrix': [
    [floats(someFloats(300, 3)), floats(someFloats(300 * 170, 2))],
    170,
    {
      ...{ kind: 'matmul', batch: [], m: [1], n: [170], k: [300], a: whole(0, [1, 300]) },
      b: { buffer: 1, offset: 0, strides: [1, 300] },
      epilogue: { operands: [result], steps: [], stores: [{ value: 0, access: whole(2, [1, 170]) }] },
    },
  ],
  gather: [
    [x, integers(Array.from({ length: 100 }, (_, i) => (i * 7) % 64))],
    100 * 300,
    { kind: 'gather', source: 0, indices: 1, target: 2, rows: 64, count: 100, rest: 300 },
  ],
  scatterAdd: [
    [integers(Array.from({ length: 64 }, (_, i) => i % 5)), x],
    5 * 300,
    { kind: 'scatterAdd', dtype: 'float32', indices: 0, updates: 1, target: 2, rows: 5, count: 64, rest: 300 },
  ],
  overlapAdd: [
    [x],
    100 * 66,
    {
      ...{ kind: 'overlapAdd', dtype: 'float32', source: 0, target: 1, lead: 100 },
      ...{ spatial: [66], size: [3], stride: [1], dilation: [1], count: [64] },
    },
  ],
  cumulativeSum: [
    [x],
    19_200,
    { kind: 'cumulativeSum', dtype: 'float32', source: 0, target: 1, outer: 2, length: 32, inner: 300 },
  ],
}

for (const [name, [inputs, size, kernel]] of Object.entries(cases))
  it(`${name}: the same bits`, async () => {
    await started(three, 2)
    const plan = planOf(
      inputs.map(({ dtype, data }) => [dtype, data.length] as const),
      [['float32', size]],
      [],
      [kernel],
    )
    const [wanted, got] = [runOn(one, plan, inputs), runOn(three, plan, inputs)]
    expect(sameBits(got[0]!, wanted[0]!)).toBe(true)
  })

it('random programs have the bits of one thread', async () => {
  await started(three, 2)
  const [device, shared] = [deviceOf(backendOn(one)), deviceOf(backendOn(three))]
  fc.assert(
    fc.property(programs(), (sample) => {
      const verdict = identical(
        'shared',
        shared.evaluateSync(programOf(sample)),
        device.evaluateSync(programOf(sample)),
      )
      if (!verdict.holds) throw new Error(verdict.because)
    }),
    { numRuns: 100, seed: 7 },
  )
})

const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
check(
  backendLaws,
  { device: deviceOf(backendOn(three)), kin: [deviceOf(backendOn(one))], reference: reference(), tolerance },
  programs(),
  { runs: 40 },
)

it('a scan of shared launches has the bits of one thread, and then lets workers sleep again', async () => {
  await started(three, 2)
  const step = (carry: Tensor, x: Tensor) => {
    const next: Tensor = tanh(matmul(add(carry, x), weights))
    return [next, next] as const
  }
  const weights = tensor(someFloats(40 * 40, 4), [40, 40]) as Tensor
  const inputs = tensor(someFloats(12 * 8 * 40, 5), [12, 8, 40]) as Tensor
  const tree = scan(step, tensor(someFloats(8 * 40, 6), [8, 40]) as Tensor, inputs)
  const [wanted, device] = [deviceOf(backendOn(one)).evaluateSync(tree), deviceOf(backendOn(three))]
  for (let i = 0; i < 20; i++) {
    const got = device.evaluateSync(tree)
    got.forEach((result, o) => {
      expect(sameBits(toArray(result), toArray(wanted[o]!))).toBe(true)
    })
    expect(three.memory.words()[control.soon >> 2]).toBe(0)
  }
})

it('workers take part', async () => {
  await started(three, 2)
  const words = three.memory.words()
  expect(words[control.epoch >> 2]).toBeGreaterThan(100)
  expect(words[control.unclaimed >> 2]).toBeLessThan(0)
  expect(words[control.active >> 2]).toBe(0)
})

it('workers begin whatever flags Node has, and do not keep a process alive', () => {
  const code = `
    import { add, tensor, toArray } from 'pullback'
    import { cpu } from 'pullback/cpu'
    const device = cpu({ threads: 2 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    console.log(toArray(device.evaluateSync(add(tensor([1, 2], [2]), 1))).join(), device.settings.threads)`
  const options = { encoding: 'utf8', timeout: 60_000 } as const
  expect(execFileSync('npx', ['tsx', '--input-type=module', '-e', code], options).trim()).toBe('2,3 2')
})

it('where threads cannot be had there is one, and the device says so', () => {
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  expect(cpu({ threads: 4 }).settings.threads).toBe(1)
  builtin.mockRestore()
  expect(cpu({ threads: 4 }).settings.threads).toBe(4)
})
