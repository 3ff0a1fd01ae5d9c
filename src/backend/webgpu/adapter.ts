/**
 * The GPU of this machine: `navigator.gpu` where it is; in Node the optional package `webgpu`, which is loaded when it
 * is asked for. Limits and features are the adapter's own: all that it has and shaders use is asked for, none is taken for granted.
 */
import { type TaskEither, tryCatch } from '#fp/TaskEither'
import { DeviceError, type DeviceErrorReason } from '../../engine/deviceError.js'
import { type Limits, noSubgroups } from './dispatch.js'

/** Which GPU is opened. */
export interface AdapterOptions {
  /** Which of several adapters: one that saves power, or one that is fast; the system's choice unless told. */
  readonly powerPreference?: GPUPowerPreference
  /** Only a slow adapter that is there everywhere (software). */
  readonly fallback?: boolean
  /** Flags for Dawn, the implementation in Node, such as `adapter=llvmpipe` or `backend=vulkan`. */
  readonly flags?: readonly string[]
  /**
   * How float32 values are stored that live only between the kernels of a plan (activations, what a backward pass needs
   * of them, their cotangents): 'float16' keeps those of 1024 elements or more as IEEE half precision, which takes half
   * the memory and the traffic; 'float32' unless told. {@link webgpu} says what that means for numbers.
   */
  readonly storage?: 'float32' | 'float16'
  /** Less than the adapter could do: for tests on behalf of smaller ones. */
  readonly limits?: Partial<Limits>
}

/** A device, and what it can do. */
export interface Opened {
  readonly device: GPUDevice
  readonly limits: Limits
  /** Bytes that one buffer can have. */
  readonly bufferBytes: number
  readonly features: ReadonlySet<string>
  /** What the adapter calls itself. */
  readonly adapter: string
}

/** Where GPUs come from. */
export interface World {
  readonly navigator: { readonly gpu?: GPU } | undefined
  /** Imports a package; undefined where there is nothing like Node. */
  readonly load: ((name: string) => Promise<unknown>) | undefined
}

interface Dawn {
  readonly create: (flags: string[]) => GPU
}

const fail = (reason: DeviceErrorReason, what: string, fix: string, cause?: unknown): never => {
  throw new DeviceError('webgpu', reason, what, fix, { cause })
}

/** The one entry of Dawn for its flags. If it were collected, the process would die: so it stays as long as this module. */
const instances: Record<string, GPU> = {}
const instanceOf = ({ create }: Dawn, flags: readonly string[]): GPU =>
  (instances[flags.join(' ')] ??= create([...flags]))

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | undefined)?.code

const gpuOf = async ({ navigator, load }: World, { flags = [] }: AdapterOptions): Promise<GPU> => {
  if (navigator?.gpu !== undefined) return navigator.gpu
  if (load === undefined)
    return fail('adapter', 'this browser has no WebGPU here', 'Use one that has, and a page that came by https.')
  let dawn: Dawn
  try {
    dawn = (await load('webgpu')) as Dawn
  } catch (error) {
    return codeOf(error) === 'ERR_MODULE_NOT_FOUND'
      ? fail('package', 'the package webgpu is not installed', 'Write npm install webgpu@0.6.2.', error)
      : fail(
          'package',
          `the package webgpu does not load (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`,
          'Write npm install webgpu@0.6.2: other versions, and some platforms, do not work.',
          error,
        )
  }
  return instanceOf(dawn, flags)
}

const noAdapter =
  'Install a Vulkan driver. On Debian 12 its own Mesa is too old: apt install -t bookworm-backports mesa-vulkan-drivers.'

type LimitName =
  | 'maxStorageBuffersPerShaderStage'
  | 'maxStorageBufferBindingSize'
  | 'maxComputeInvocationsPerWorkgroup'
  | 'maxComputeWorkgroupSizeX'
  | 'maxComputeWorkgroupSizeY'
  | 'maxComputeWorkgroupStorageSize'
  | 'maxComputeWorkgroupsPerDimension'
  | 'maxBufferSize'

/** What is asked for, and which of our limits holds it down. */
const limitsAskedFor: readonly (readonly [name: LimitName, most: (limits: Partial<Limits>) => number | undefined])[] = [
  ['maxStorageBuffersPerShaderStage', ({ storageBuffers }) => storageBuffers],
  ['maxStorageBufferBindingSize', ({ bindingElements = Number.POSITIVE_INFINITY }) => 4 * bindingElements],
  ['maxComputeInvocationsPerWorkgroup', ({ invocations }) => invocations],
  ['maxComputeWorkgroupSizeX', ({ invocations }) => invocations],
  ['maxComputeWorkgroupSizeY', ({ invocations }) => invocations],
  ['maxComputeWorkgroupStorageSize', ({ workgroupMemory }) => workgroupMemory],
  ['maxComputeWorkgroupsPerDimension', ({ workgroups }) => workgroups],
  ['maxBufferSize', () => undefined],
]

/** What the adapter's subgroups are; those without a number of their own cannot be told apart. */
const subgroupsOf = ({ wgslLanguageFeatures }: GPU, { features, info }: GPUAdapter): Limits['subgroups'] =>
  features.has('subgroups') && wgslLanguageFeatures?.has('subgroup_id')
    ? { least: info.subgroupMinSize, most: info.subgroupMaxSize }
    : noSubgroups

/** Names of adapters that run shaders on the processor, where they do not say so themselves. */
const inSoftware = /software|swiftshader|llvmpipe/i

const openDevice = async (
  gpu: GPU,
  adapter: GPUAdapter,
  { limits = {}, storage = 'float32' }: AdapterOptions,
): Promise<Opened> => {
  const least = (name: LimitName, most = Number.POSITIVE_INFINITY): number => Math.min(adapter.limits[name], most)
  const { vendor, architecture, description, isFallbackAdapter = false } = adapter.info
  const name = [vendor, architecture, description].filter((text) => text !== '').join(', ')
  if (storage === 'float16' && !adapter.features.has('shader-f16'))
    return fail(
      'adapter',
      `the adapter (${name || 'without a name'}) lacks the feature shader-f16, which storage 'float16' needs`,
      "Leave out storage, or ask for another adapter (powerPreference: 'high-performance', a newer driver or browser).",
    )
  const { software = isFallbackAdapter || inSoftware.test(name) } = limits
  // No slices are joined there.
  const { subgroups = software ? noSubgroups : subgroupsOf(gpu, adapter) } = limits
  const features: GPUFeatureName[] = [
    ...(subgroups.most > 1 ? (['subgroups'] as const) : []),
    ...(storage === 'float16' ? (['shader-f16'] as const) : []),
    ...(adapter.features.has('timestamp-query') ? (['timestamp-query'] as const) : []),
  ]
  const device = await adapter.requestDevice({
    label: 'pullback',
    requiredFeatures: features,
    requiredLimits: Object.fromEntries(limitsAskedFor.map(([name, most]) => [name, least(name, most(limits))])),
  })
  return {
    device,
    adapter: name,
    features: new Set(features),
    bufferBytes: adapter.limits.maxBufferSize,
    limits: {
      storageBuffers: least('maxStorageBuffersPerShaderStage', limits.storageBuffers),
      bindingElements: Math.floor(
        Math.min(adapter.limits.maxStorageBufferBindingSize / 4, limits.bindingElements ?? Number.POSITIVE_INFINITY),
      ),
      invocations: Math.min(
        least('maxComputeInvocationsPerWorkgroup', limits.invocations),
        least('maxComputeWorkgroupSizeX'),
      ),
      workgroupMemory: least('maxComputeWorkgroupStorageSize', limits.workgroupMemory),
      workgroups: least('maxComputeWorkgroupsPerDimension', limits.workgroups),
      subgroups,
      software,
    },
  }
}

/** Bundlers must not look for a package that is optional. */
const importPackage = (name: string): Promise<unknown> => import(/* @vite-ignore */ /* webpackIgnore: true */ name)

const isNode = (): boolean =>
  (globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } }).process?.versions?.node !==
  undefined

export const thisWorld = (): World => ({
  navigator: (globalThis as { readonly navigator?: { readonly gpu?: GPU } }).navigator,
  load: isNode() ? importPackage : undefined,
})

const open = async (options: AdapterOptions, world: World): Promise<Opened> => {
  const gpu = await gpuOf(world, options)
  const { powerPreference, fallback = false } = options
  const adapter = await gpu.requestAdapter({
    ...(powerPreference === undefined ? {} : { powerPreference }),
    forceFallbackAdapter: fallback,
  })
  return adapter === null ? fail('adapter', 'there is no adapter', noAdapter) : openDevice(gpu, adapter, options)
}

/** Opens a device of the machine's GPU. */
export const openGpu = (options: AdapterOptions, world: World): TaskEither<DeviceError, Opened> =>
  tryCatch(
    () => open(options, world),
    (error) =>
      error instanceof DeviceError
        ? error
        : new DeviceError('webgpu', 'adapter', error instanceof Error ? error.message : String(error), noAdapter, {
            cause: error,
          }),
  )
