/**
 * Compiled shaders of a device, by their source and by what they are bound to. Those that a plan lacks are compiled at
 * the same time. Bounded: the pipeline that no plan asked for the longest leaves first; plans keep those that they use.
 */
import { DeviceError } from '../../../engine/deviceError.js'
import type { Dispatch } from '../dispatch.js'
import { computeStage } from './constants.js'
import type { Health } from './health.js'

/** A pipeline, and the layouts of its groups: what it reads and writes; lifted literals and the step of a scan. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline
  readonly storage: GPUBindGroupLayout
  /** Undefined where the shader has neither literals nor steps. */
  readonly uniforms: GPUBindGroupLayout | undefined
}

export interface Pipelines {
  readonly get: (dispatch: Dispatch) => Promise<Pipeline>
  /** How many were compiled. */
  readonly compiled: () => number
}

const capacity = 2048

/** Everything about a dispatch that its pipeline depends on. */
const keyOf = ({ source, bindings, scalars, stepped }: Dispatch): string =>
  `${bindings.map(({ access }) => (access === 'read' ? 'r' : 'w')).join('')} ${scalars.length > 0} ${stepped} ${source}`

/** A map that makes what it lacks. */
const remembered = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(key)
    known.set(key, made)
    return made
  }
}

const uniform = (binding: number, hasDynamicOffset: boolean): GPUBindGroupLayoutEntry => ({
  binding,
  visibility: computeStage,
  buffer: { type: 'uniform', hasDynamicOffset },
})

export const createPipelines = (device: GPUDevice, health: Health): Pipelines => {
  const storageLayout = remembered((accesses: string) =>
    device.createBindGroupLayout({
      entries: [...accesses].map((access, binding) => ({
        binding,
        visibility: computeStage,
        buffer: { type: access === 'r' ? 'read-only-storage' : 'storage' },
      })),
    }),
  )
  const uniformLayout = remembered((kinds: string) =>
    device.createBindGroupLayout({
      entries: [
        ...(kinds.includes('s') ? [uniform(0, false)] : []),
        ...(kinds.includes('t') ? [uniform(1, true)] : []),
      ],
    }),
  )
  const pipelineLayout = remembered((key: string) => {
    const [accesses, kinds] = key.split(' ') as [string, string]
    return device.createPipelineLayout({
      bindGroupLayouts: [storageLayout(accesses), ...(kinds === '' ? [] : [uniformLayout(kinds)])],
    })
  })

  const compile = async ({ label, source, bindings, scalars, stepped }: Dispatch): Promise<Pipeline> => {
    const accesses = bindings.map(({ access }) => (access === 'read' ? 'r' : 'w')).join('')
    const kinds = `${scalars.length > 0 ? 's' : ''}${stepped ? 't' : ''}`
    health.check()
    // A shader that does not compile is told by the pipeline's promise; here it would be told a second time.
    device.pushErrorScope('validation')
    const module = device.createShaderModule({ label, code: source })
    const refused = device.popErrorScope()
    const layout = pipelineLayout(`${accesses} ${kinds}`)
    try {
      const pipeline = await health.guard(
        device.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: 'main' } }),
      )
      return { pipeline, storage: storageLayout(accesses), uniforms: kinds === '' ? undefined : uniformLayout(kinds) }
    } catch (error) {
      if (error instanceof DeviceError) throw error
      const cause = (await refused)?.message ?? (error instanceof Error ? error.message : String(error))
      throw new DeviceError(
        'webgpu',
        'fault',
        `a shader does not compile (${label}): ${cause}`,
        'Please report this.',
        {
          cause: source,
        },
      )
    }
  }

  const known = new Map<string, Promise<Pipeline>>()
  let compiled = 0
  return {
    compiled: () => compiled,
    get: (dispatch) => {
      const key = keyOf(dispatch)
      const found = known.get(key)
      if (found !== undefined) {
        known.delete(key)
        known.set(key, found)
        return found
      }
      const made = compile(dispatch)
      compiled++
      known.set(key, made)
      made.catch(() => known.delete(key))
      if (known.size > capacity) known.delete(known.keys().next().value!)
      return made
    },
  }
}
