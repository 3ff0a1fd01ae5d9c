/**
 * Runs the dispatches of kernels on a GPU without the backend's runtime, and compares with the plan interpreter. One
 * GPU per process; where there is none, tests say so, and fail where PULLBACK_REQUIRE_DEVICES=1 says that it must be there.
 */
import { expect } from 'vitest'
import type { DType, HostArray } from '../../../src/array/dtype.js'
import {
  type Dispatch,
  type Generator,
  type KernelContext,
  type Limits,
  noSubgroups,
  type Region,
} from '../../../src/backend/webgpu/dispatch.js'
import type { Kernel, KernelPlan } from '../../../src/engine/kernel.js'
import { packed, roundedWords, unpacked } from '../../engine/half.js'
import { fromWords, runPlan as interpret, toWords } from '../../engine/interpreter.js'
import { type Given, planOn } from '../kernelCases/data.js'

const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 0x40, storage: 0x80 } as const

interface Found {
  readonly device: GPUDevice
  readonly limits: Limits
}

/** Kept, or the process dies when it is collected. */
let gpu: GPU | undefined

const find = async (): Promise<Found> => {
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  gpu = create([])
  const adapter = await gpu.requestAdapter()
  if (adapter === null) throw new Error('no adapter')
  const { limits, info } = adapter
  const hasSubgroups = adapter.features.has('subgroups') && gpu.wgslLanguageFeatures.has('subgroup_id')
  const device = await adapter.requestDevice({
    requiredFeatures: [
      ...(hasSubgroups ? (['subgroups'] as const) : []),
      ...(adapter.features.has('shader-f16') ? (['shader-f16'] as const) : []),
    ],
    requiredLimits: {
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    },
  })
  return {
    device,
    limits: {
      storageBuffers: limits.maxStorageBuffersPerShaderStage,
      bindingElements: limits.maxStorageBufferBindingSize / 4,
      invocations: limits.maxComputeInvocationsPerWorkgroup,
      workgroupMemory: limits.maxComputeWorkgroupStorageSize,
      workgroups: limits.maxComputeWorkgroupsPerDimension,
      subgroups: hasSubgroups ? { least: info.subgroupMinSize, most: info.subgroupMaxSize } : noSubgroups,
      software: false,
    },
  }
}

let missing = ''
const found = await find().catch((error: unknown) => {
  missing = `no GPU: ${error instanceof Error ? error.message : String(error)}`
  if (process.env.PULLBACK_REQUIRE_DEVICES === '1') throw new Error(missing)
  console.warn(missing)
  return undefined
})

/** For `describe.skipIf` and `it.skipIf`. */
export const noGpu = found === undefined

/** What every WebGPU device that the library takes has. */
export const leastLimits: Limits = {
  storageBuffers: 10,
  bindingElements: 2 ** 25,
  invocations: 256,
  workgroupMemory: 16384,
  workgroups: 65535,
  subgroups: noSubgroups,
  software: false,
}
/** What the device of these tests has. */
export const ownLimits: Limits = found?.limits ?? leastLimits

/** Generators by the kind of their kernels; a test gives those that its plans need. */
export type Generators = { readonly [K in Kernel['kind']]?: Generator<Extract<Kernel, { readonly kind: K }>> }

const halfBytes = (size: number): number => 4 * Math.ceil(size / 2)
const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to

/** A storage buffer of words, or of rubbish. */
const bufferOf = (device: GPUDevice, size: number, words?: Uint32Array): GPUBuffer => {
  const buffer = device.createBuffer({
    size: Math.max(4, size * 4),
    usage: usage.storage | usage.copySource | usage.copyTarget,
  })
  device.queue.writeBuffer(buffer, 0, (words ?? new Uint32Array(size).fill(0x7fbadbad)) as Uint32Array<ArrayBuffer>)
  return buffer
}

const bitsOf = (value: number, dtype: DType): number =>
  dtype === 'float32' ? new Uint32Array(Float32Array.of(value).buffer)[0]! : value >>> 0

const uniformOf = (device: GPUDevice, words: readonly number[]): GPUBuffer => {
  const buffer = device.createBuffer({
    size: roundUp(Math.max(1, words.length), 4) * 4,
    usage: usage.uniform | usage.copyTarget,
  })
  device.queue.writeBuffer(buffer, 0, Uint32Array.from(words))
  return buffer
}

const pipelines = new Map<string, Promise<GPUComputePipeline>>()
const pipelineOf = (device: GPUDevice, source: string): Promise<GPUComputePipeline> => {
  let pipeline = pipelines.get(source)
  if (pipeline === undefined) {
    const module = device.createShaderModule({ code: source })
    const complain = async (reason: unknown): Promise<never> => {
      const { messages } = await module.getCompilationInfo()
      throw new Error([String(reason), ...messages.map(({ lineNum, message }) => `${lineNum}: ${message}`)].join('\n'))
    }
    pipeline = device
      .createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } })
      .catch(complain)
    pipelines.set(source, pipeline)
  }
  return pipeline
}

/** What is wrong with a source; compiles nothing. */
export const mistakeIn = async (source: string): Promise<string | undefined> => {
  const { device } = found!
  device.pushErrorScope('validation')
  device.createShaderModule({ code: source })
  return (await device.popErrorScope())?.message
}

/** Runs dispatches in order on slots, each a GPU buffer. */
export const runDispatches = async (
  dispatches: readonly Dispatch[],
  slots: readonly GPUBuffer[],
  scalars: readonly number[] = [],
  step = 0,
): Promise<void> => {
  const { device } = found!
  for (const dispatch of dispatches) {
    device.pushErrorScope('validation')
    const failure = (reason: unknown): Error => new Error(`${String(reason)}\n${dispatch.label}\n${dispatch.source}`)
    const pipeline = await pipelineOf(device, dispatch.source).catch((reason: unknown) => {
      throw failure(reason)
    })
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: dispatch.bindings.map(({ slot, offset, size, half }, binding) => ({
          binding,
          resource: { buffer: slots[slot]!, offset: offset * (half ? 2 : 4), size: half ? halfBytes(size) : size * 4 },
        })),
      }),
    )
    const uniforms: GPUBindGroupEntry[] = []
    if (dispatch.scalars.length > 0) {
      const words = dispatch.scalars.map(({ index, dtype }) => bitsOf(scalars[index]!, dtype))
      uniforms.push({ binding: 0, resource: { buffer: uniformOf(device, words) } })
    }
    if (dispatch.stepped) uniforms.push({ binding: 1, resource: { buffer: uniformOf(device, [step]) } })
    if (uniforms.length > 0)
      pass.setBindGroup(1, device.createBindGroup({ layout: pipeline.getBindGroupLayout(1), entries: uniforms }))
    pass.dispatchWorkgroups(...dispatch.workgroups)
    pass.end()
    device.queue.submit([encoder.finish()])
    const error = await device.popErrorScope()
    if (error !== null) throw failure(error.message)
  }
}

/** The words of a slot. */
export const read = async (buffer: GPUBuffer, size: number): Promise<Uint32Array> => {
  const { device } = found!
  if (size === 0) return new Uint32Array(0)
  const target = device.createBuffer({ size: size * 4, usage: usage.mapRead | usage.copyTarget })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, target, 0, size * 4)
  device.queue.submit([encoder.finish()])
  await target.mapAsync(1)
  const words = new Uint32Array(target.getMappedRange()).slice()
  target.destroy()
  return words
}

/** Runs dispatches on slots of given words, and gives the words afterwards. */
export const runOnSlots = async (
  dispatches: readonly Dispatch[],
  words: readonly Uint32Array[],
  scalars: readonly number[] = [],
  step = 0,
): Promise<Uint32Array[]> => {
  const slots = words.map((each) => bufferOf(found!.device, each.length, each))
  await runDispatches(dispatches, slots, scalars, step)
  const results: Uint32Array[] = []
  for (const [i, each] of words.entries()) results.push(await read(slots[i]!, each.length))
  for (const slot of slots) slot.destroy()
  return results
}

/** A plan's dispatches, without running them: slot i is input i, then come outputs, then the workspace. */
export const dispatchesOf = (
  plan: KernelPlan,
  generators: Generators,
  limits: Limits = ownLimits,
): { readonly dispatches: readonly Dispatch[]; readonly workspace: number; readonly workspaceSlot: number } => {
  const inputs = plan.buffers.filter(({ role }) => role.kind === 'input' || role.kind === 'donated').length
  const workspaceSlot = inputs + plan.buffers.length
  let workspace = plan.workspace
  const regionOf = (buffer: number): Region => {
    const { dtype, size, role, half } = plan.buffers[buffer]!
    const at = (slot: number, offset = 0): Region => ({ slot, offset, size, stride: 0, dtype, ...(half && { half }) })
    switch (role.kind) {
      case 'input':
        return at(role.index)
      case 'donated':
        return at(role.input)
      case 'output':
        return at(inputs + role.index)
      default:
        return at(workspaceSlot, role.offset)
    }
  }
  const context: KernelContext = {
    limits,
    regionOf,
    scratch: (elements, dtype) => {
      const offset = roundUp(workspace, 64)
      workspace = offset + elements
      return { slot: workspaceSlot, offset, size: elements, stride: 0, dtype }
    },
  }
  const dispatches = plan.kernels.flatMap((kernel) => {
    const generator = generators[kernel.kind] as Generator<Kernel> | undefined
    if (generator === undefined) throw new Error(`no generator for ${kernel.kind}`)
    return generator(kernel, context)
  })
  return { dispatches, workspace: roundUp(workspace, 4), workspaceSlot }
}

/** A plan whose inputs and outputs of float32 are all stored as halves. */
export const asHalves = (plan: KernelPlan): KernelPlan => ({
  ...plan,
  buffers: plan.buffers.map((buffer) => (buffer.dtype === 'float32' ? { ...buffer, half: true } : buffer)),
})

/** Runs a plan on the GPU: words in, words of its outputs out. */
export const runPlan = async (
  plan: KernelPlan,
  generators: Generators,
  inputs: readonly Uint32Array[],
  scalars: readonly number[] = [],
  limits: Limits = ownLimits,
): Promise<Uint32Array[]> => {
  const { device } = found!
  const { dispatches, workspace, workspaceSlot } = dispatchesOf(plan, generators, limits)
  const slots: GPUBuffer[] = []
  inputs.forEach((words, i) => {
    const isHalf = plan.buffers.some(({ role, half }) => role.kind === 'input' && role.index === i && half)
    slots[i] = isHalf
      ? bufferOf(device, Math.ceil(words.length / 2), packed(words))
      : bufferOf(device, words.length, words)
  })
  plan.buffers.forEach(({ size, role }) => {
    if (role.kind === 'output') slots[inputs.length + role.index] = bufferOf(device, size)
  })
  slots[workspaceSlot] = bufferOf(device, workspace)
  await runDispatches(dispatches, slots, scalars)
  const results: Uint32Array[] = []
  for (const buffer of plan.outputs) {
    const { role, size, half } = plan.buffers[buffer]!
    if (role.kind === 'temporary') throw new Error('an output in the workspace')
    const slot = role.kind === 'output' ? inputs.length + role.index : role.kind === 'input' ? role.index : role.input
    results.push(half ? unpacked(await read(slots[slot]!, Math.ceil(size / 2)), size) : await read(slots[slot]!, size))
  }
  for (const slot of slots) slot?.destroy()
  return results
}

/** Runs kernels on inputs; buffers are numbered inputs, outputs, temporaries. */
export const runKernels = async (
  kernels: readonly Kernel[],
  generators: Generators,
  inputs: readonly Given[],
  outputs: readonly (readonly [DType, number])[],
  temporaries: readonly (readonly [DType, number])[] = [],
  scalars: readonly number[] = [],
  limits: Limits = ownLimits,
): Promise<HostArray[]> => {
  const plan = planOn(kernels, inputs, outputs, temporaries, scalars)
  const words = await runPlan(
    plan,
    generators,
    inputs.map(({ data }) => toWords(data)),
    scalars,
    limits,
  )
  return words.map((each, i) => fromWords(each, outputs[i]![0]))
}

/** Absolute and relative; integers and bools must be the same. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
}
export const exactly: Tolerance = { absolute: 0, relative: 0 }
/** Results that are stored as halves: near the middle of two they may be either. */
export const ofHalves = ({ absolute, relative }: Tolerance): Tolerance => ({
  absolute: absolute + 2 ** -24,
  relative: relative + 2 ** -10,
})

/** NaNs are alike; so are a denormal and a 0 of its sign, because a device may flush. */
const isClose = (got: number, wanted: number, { absolute, relative }: Tolerance): boolean =>
  Object.is(got, wanted) ||
  (absolute > 0 && got === wanted) ||
  Math.abs(got - wanted) <= absolute + relative * Math.abs(wanted) ||
  (Math.abs(wanted) <= 1.1754944e-38 && Math.abs(got) <= 1.1754944e-38 && Math.sign(1 / got) === Math.sign(1 / wanted))

export const expectClose = (
  got: HostArray,
  wanted: HostArray,
  dtype: DType,
  tolerance: Tolerance,
  what = 'element',
): void => {
  expect(got.length).toBe(wanted.length)
  const near = dtype === 'float32' ? tolerance : exactly
  for (let i = 0; i < wanted.length; i++)
    if (!isClose(got[i]!, wanted[i]!, near)) expect.fail(`${what} ${i} is ${got[i]}, not ${wanted[i]}`)
}

/** Runs a plan on the GPU and by the interpreter, and compares what comes out. */
export const expectPlan = async (
  plan: KernelPlan,
  generators: Generators,
  inputs: readonly HostArray[],
  scalars: readonly number[] = [],
  tolerance: Tolerance = { absolute: 2 ** -20, relative: 2 ** -20 },
  limits: Limits = ownLimits,
): Promise<void> => {
  const isHalf = (input: number): boolean =>
    plan.buffers.some(({ role, half }) => role.kind === 'input' && role.index === input && half)
  const words = inputs.map((data, input) => (isHalf(input) ? roundedWords(toWords(data)) : toWords(data)))
  const got = await runPlan(plan, generators, words, scalars, limits)
  const wanted = interpret(plan, words, scalars)
  got.forEach((words, output) => {
    const { dtype } = plan.buffers[plan.outputs[output]!]!
    expectClose(
      fromWords(words, dtype),
      fromWords(wanted[output]!, dtype),
      dtype,
      tolerance,
      `output ${output}, element`,
    )
  })
}
