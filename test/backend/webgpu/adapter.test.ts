import { describe, expect, it } from 'vitest'
import { sum } from '../../../src/array/reduce.js'
import { tensor, toArray } from '../../../src/array/tensor.js'
import { type AdapterOptions, openGpu, type World } from '../../../src/backend/webgpu/adapter.js'
import type { Limits } from '../../../src/backend/webgpu/dispatch.js'
import { DeviceError } from '../../../src/engine/deviceError.js'
import { leastLimits, onGpu, open, openRuntime } from './support.js'

const failing = async (world: World): Promise<DeviceError> => {
  const opened = await openGpu({}, world)()
  if (opened._tag === 'Right') throw new Error('a device where there is none')
  return opened.left
}
const missingPackage = (): Promise<never> =>
  Promise.reject(Object.assign(new Error("Cannot find package 'webgpu'"), { code: 'ERR_MODULE_NOT_FOUND' }))

describe('what is missing', () => {
  it('the package', async () => {
    const error = await failing({ navigator: undefined, load: missingPackage })
    expect(error).toBeInstanceOf(DeviceError)
    expect(error.reason).toBe('package')
    expect(error.message).toBe('webgpu: the package webgpu is not installed. Write npm install webgpu@0.6.2.')
  })
  it('a package that loads', async () => {
    const load = () => Promise.reject(new Error('libX.so: wrong ELF class\nand more'))
    const { reason, message } = await failing({ navigator: undefined, load })
    expect(reason).toBe('package')
    expect(message).toBe(
      'webgpu: the package webgpu does not load (libX.so: wrong ELF class). Write npm install webgpu@0.6.2: other versions, and some platforms, do not work.',
    )
  })
  it('WebGPU in a browser', async () => {
    const { reason, message } = await failing({ navigator: {}, load: undefined })
    expect(reason).toBe('adapter')
    expect(message).toMatch(/^webgpu: this browser has no WebGPU here\. /)
  })
  it('an adapter: it says what to install', async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU
    const { reason, message } = await failing({ navigator: { gpu: none }, load: undefined })
    expect(reason).toBe('adapter')
    expect(message).toMatch(
      /^webgpu: there is no adapter\. Install a Vulkan driver\. .*backports mesa-vulkan-drivers\.$/,
    )
  })
  it('a device that the adapter promised', async () => {
    const features = new Set()
    const limits = {}
    const requestDevice = () => Promise.reject(new Error('out of devices'))
    const gpu = { requestAdapter: async () => ({ features, limits, info: {}, requestDevice }) } as unknown as GPU
    expect((await failing({ navigator: { gpu }, load: undefined })).message).toMatch(/^webgpu: out of devices\. /)
  })
})

describe('halves', () => {
  /** An adapter of given features, and what it was asked for. */
  const world = (features: readonly string[], description: string) => {
    const asked: GPUDeviceDescriptor[] = []
    const adapter = {
      ...{ features: new Set(features), limits: {}, info: { vendor: 'acme', architecture: '', description } },
      requestDevice: async (descriptor: GPUDeviceDescriptor) => {
        asked.push(descriptor)
        return {}
      },
    }
    const gpu = { requestAdapter: async () => adapter } as unknown as GPU
    return { asked, open: (options: AdapterOptions) => openGpu(options, { navigator: { gpu }, load: undefined })() }
  }

  it('are an error where the adapter lacks the feature, which says what to do; nothing is made', async () => {
    const { asked, open } = world(['subgroups', 'timestamp-query'], 'Roadrunner 3000')
    const opened = await open({ storage: 'float16' })
    if (opened._tag === 'Right') throw new Error('a device where there is none')
    expect(opened.left).toBeInstanceOf(DeviceError)
    expect(opened.left.reason).toBe('adapter')
    expect(opened.left.message).toBe(
      "webgpu: the adapter (acme, Roadrunner 3000) lacks the feature shader-f16, which storage 'float16' needs. Leave out storage, or ask for another adapter (powerPreference: 'high-performance', a newer driver or browser).",
    )
    expect(asked).toEqual([])
    expect((await open({}))._tag).toBe('Right')
  })
  it('are asked for where they are wanted, and only there', async () => {
    const { asked, open } = world(['shader-f16'], '')
    for (const options of [{}, { storage: 'float32' }, { storage: 'float16' }] as const) await open(options)
    expect(asked.map(({ requiredFeatures }) => requiredFeatures)).toEqual([[], [], ['shader-f16']])
  })
})

onGpu('an adapter', () => {
  it('gives all that it has', async () => {
    const { device, limits, features, bufferBytes } = await open()
    expect(limits.storageBuffers).toBe(device.limits.maxStorageBuffersPerShaderStage)
    expect(4 * limits.bindingElements).toBe(device.limits.maxStorageBufferBindingSize)
    expect(limits.invocations).toBe(device.limits.maxComputeInvocationsPerWorkgroup)
    expect(limits.workgroupMemory).toBe(device.limits.maxComputeWorkgroupStorageSize)
    expect(bufferBytes).toBe(device.limits.maxBufferSize)
    // What no shader uses is not asked for.
    for (const feature of features) expect(['subgroups', 'timestamp-query']).toContain(feature)
    for (const feature of features) expect(device.features.has(feature)).toBe(true)
    expect(features.has('subgroups')).toBe(limits.subgroups.most > 1)
  })
  it('is asked for subgroups where shaders use them: not in software', async () => {
    const [software, hardware] = [await open({ software: true }), await open({ software: false })]
    expect(software.device.features.has('subgroups')).toBe(false)
    expect(software.limits.subgroups).toEqual({ least: 1, most: 1 })
    const { device, limits } = hardware
    if (!device.features.has('subgroups')) expect(limits.subgroups).toEqual({ least: 1, most: 1 })
    else {
      const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo
      expect(limits.subgroups).toEqual({ least: subgroupMinSize, most: subgroupMaxSize })
    }
  })
  it('gives the same bits with subgroups and without', async () => {
    const x = tensor(
      Float32Array.from({ length: 6000 }, (_, i) => 1 / (1 + (i % 97))),
      [60, 100],
    )
    const sums = async (limits: Partial<Limits>) => {
      const { device } = await openRuntime({ software: false, ...limits })
      const [rows, all] = await device.evaluate([sum(x, [1]), sum(x)])
      return [...toArray(rows), ...toArray(all)]
    }
    expect(await sums({})).toEqual(await sums({ subgroups: { least: 1, most: 1 } }))
  })
  it('stands for a smaller one, which the device itself enforces', async () => {
    const { device, limits } = await open(leastLimits)
    expect(limits).toEqual(leastLimits)
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(10)
    expect(device.limits.maxComputeInvocationsPerWorkgroup).toBe(256)
    expect(device.limits.maxComputeWorkgroupStorageSize).toBe(16384)
    expect(device.limits.maxStorageBufferBindingSize).toBe(2 ** 27)
    expect(device.features.has('subgroups')).toBe(false)
  })
})
