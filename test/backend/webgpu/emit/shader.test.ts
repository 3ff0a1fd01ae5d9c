import { describe, expect, it } from 'vitest'
import type { DType } from '../../../../src/array/dtype.js'
import type { KernelContext, Region } from '../../../../src/backend/webgpu/dispatch.js'
import { newShader, type Shader } from '../../../../src/backend/webgpu/emit/shader.js'
import { loop } from '../../../../src/backend/webgpu/kernel/loop.js'
import type { LoopKernel } from '../../../../src/engine/kernel.js'
import { planOf, whole } from '../../kernelCases/data.js'
import { expectPlan, leastLimits, noGpu, ownLimits, runOnSlots } from '../harness.js'

const contextOf = (regions: readonly Region[], limits = ownLimits): KernelContext => ({
  limits,
  regionOf: (buffer) => regions[buffer]!,
  scratch: () => {
    throw new Error('no scratch')
  },
})
const at = (slot: number, offset: number, size: number, dtype: DType = 'float32', stride = 0): Region => ({
  slot,
  offset,
  size,
  stride,
  dtype,
})
const finish = (shader: Shader, main: string) =>
  shader.finish({ label: 'test', workgroupSize: [1, 1, 1], workgroups: [1, 1, 1], main })

const bits = (x: number): number => new Uint32Array(Float32Array.of(x).buffer)[0]!

describe('sources', () => {
  const copy = (from: number, to: number): LoopKernel => ({
    kind: 'loop',
    dims: [12],
    operands: [
      { kind: 'load', dtype: 'float32', access: whole(from, [12]) },
      { kind: 'scalar', dtype: 'float32', index: from + to },
    ],
    steps: [{ op: 'exp', dtype: 'float32', args: [0] }],
    stores: [{ value: 2, access: whole(to, [12]) }],
  })
  it('of equal kernels are equal, wherever their buffers lie', () => {
    const [a] = loop(copy(0, 1), contextOf([at(0, 0, 12), at(1, 0, 12)]))
    const [b] = loop(copy(1, 0), contextOf([at(7, 128, 12), at(7, 64, 12)]))
    expect(b!.source).toBe(a!.source.replace('storage, read>', 'storage, read_write>'))
    expect(b!.bindings.map(({ slot, offset }) => [slot, offset])).toEqual([
      [7, 64],
      [7, 128],
    ])
  })
  it('hold every function once, and only those in use', () => {
    const shader = newShader(contextOf([at(0, 0, 4)]))
    const code = shader.store(0, '0i', `${shader.use('erf')}(${shader.use('exp')}(${shader.use('erf')}(1.0f)))`)
    const { source } = finish(shader, code)
    expect(source.match(/fn exp_1\(/g)).toHaveLength(1)
    expect(source).not.toContain('fn log_1(')
  })
})

describe.skipIf(noGpu)('shaders on a device', () => {
  it('write every number exactly', async () => {
    const numbers = [
      0,
      -0,
      1,
      -1.5,
      0.1,
      1e-45,
      -1e-39,
      3.4028234663852886e38,
      1e21,
      1e-7,
      16777216,
      Infinity,
      -Infinity,
    ]
    const shader = newShader(contextOf([at(0, 0, numbers.length, 'uint32')]))
    const lines = numbers.map((x, i) => shader.store(0, `${i}i`, `bitcast<u32>(${shader.constant(x, 'float32')})`))
    const [words] = await runOnSlots([finish(shader, lines.join('\n'))], [new Uint32Array(numbers.length)])
    expect([...words!]).toEqual(numbers.map(bits))
    const other = newShader(contextOf([at(0, 0, 4, 'int32')]))
    const integers = [-0x80000000, 0x7fffffff, -1, 0].map((x, i) => other.store(0, `${i}i`, other.constant(x, 'int32')))
    const [got] = await runOnSlots([finish(other, integers.join('\n'))], [new Uint32Array(4)])
    expect([...new Int32Array(got!.buffer)]).toEqual([-0x80000000, 0x7fffffff, -1, 0])
  })

  it('infinity and NaN', async () => {
    const shader = newShader(contextOf([at(0, 0, 2)]))
    const main = `${shader.store(0, '0i', shader.infinity)}\n${shader.store(0, '1i', shader.notANumber)}`
    const [words] = await runOnSlots([finish(shader, main)], [new Uint32Array(2)])
    expect([...new Float32Array(words!.buffer)]).toEqual([Infinity, Number.NaN])
  })

  it('read and write the step of a scan that they are in', async () => {
    const shader = newShader(contextOf([at(0, 3, 15, 'int32', 5), at(1, 0, 12, 'int32', 4)]))
    const dispatch = finish(shader, shader.store(1, '1i', shader.load(0, '2i')))
    expect(dispatch.stepped).toBe(true)
    const slots = [Uint32Array.from({ length: 18 }, (_, i) => i), new Uint32Array(12)]
    const [, words] = await runOnSlots([dispatch], slots, [], 2)
    expect(words![9]).toBe(3 + 2 * 5 + 2)
  })

  it('regions of one binding and different dtypes', async () => {
    // The regions overlap, and the second begins where no binding can.
    const regions = [at(0, 0, 20, 'float32'), at(0, 16, 8, 'int32'), at(0, 4, 4, 'bool')]
    const shader = newShader(contextOf(regions))
    const main = [
      shader.storeVector(1, '4i', `vec4i(${shader.loadVector(0, '0i')})`),
      shader.store(2, '1i', `${shader.load(0, '1i')} > 1.0f`),
      shader.storeVector(2, '0i', '!vec4<bool>(true, false, true, false)'),
    ].join('\n')
    const dispatch = finish(shader, main)
    expect(dispatch.bindings).toHaveLength(1)
    const words = Uint32Array.from({ length: 24 }, (_, i) => bits(i + 1))
    const [got] = await runOnSlots([dispatch], [words])
    expect([...got!.slice(20, 24)]).toEqual([1, 2, 3, 4])
    expect([...got!.slice(4, 8)]).toEqual([0, 1, 0, 1])
  })

  /** Temporaries lie at multiples of 16 elements; loops in place; more buffers than bindings. */
  it('plans whose buffers share a workspace', async () => {
    for (const n of [9, 100]) {
      const loopOf = (sources: readonly number[], target: number): LoopKernel => ({
        kind: 'loop',
        dims: [n],
        operands: sources.map((buffer) => ({ kind: 'load', dtype: 'float32', access: whole(buffer, [n]) })),
        steps: sources
          .slice(1)
          .map((_, i) => ({ op: 'add', dtype: 'float32', args: [i === 0 ? 0 : sources.length + i - 1, i + 1] })),
        stores: [{ value: sources.length === 1 ? 0 : 2 * sources.length - 2, access: whole(target, [n]) }],
      })
      const temporaries = [2, 3, 4]
      const kernels = [
        ...temporaries.map((buffer) => loopOf([0, ...temporaries.filter((other) => other < buffer)], buffer)),
        ...temporaries.map((buffer) => loopOf(temporaries, buffer)),
        loopOf(temporaries, 1),
      ]
      const plan = planOf(
        [['float32', n]],
        [['float32', n]],
        temporaries.map(() => ['float32', n] as const),
        kernels,
      )
      const data = Float32Array.from({ length: n }, (_, i) => i - 3)
      for (const storageBuffers of [10, 2])
        await expectPlan(plan, { loop }, [data], [], undefined, { ...leastLimits, storageBuffers })
    }
  })
})
