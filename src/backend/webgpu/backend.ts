/** The WebGPU backend. */
import type { HostArray } from '../../array/dtype.js'
import type { Backend, Executable, RunOptions } from '../../engine/backend.js'
import { describePlan } from '../../engine/describe.js'
import { DeviceError } from '../../engine/deviceError.js'
import type { KernelPlan } from '../../engine/kernel.js'
import { lower } from '../../engine/lower.js'
import type { Program } from '../../engine/program.js'
import { halvesFrom } from './halves.js'
import { planProgram } from './plan.js'
import { alignment } from './room.js'
import { createCommands } from './runtime/commands.js'
import { createExecutable, guarded, nameOf } from './runtime/executable.js'
import { type Block, showBytes } from './runtime/memory.js'
import type { Runtime } from './runtime/runtime.js'
import { arrayFrom, wordsOf } from './runtime/transfer.js'

/** Whether some values are stored as halves. */
const halvesAny = ({ fewestHalves }: Runtime): boolean => fewestHalves < Number.POSITIVE_INFINITY

/** What the program calls a buffer of its plan. */
const describeBuffer = (program: Program, { buffers }: KernelPlan, buffer: number): string => {
  const { role } = buffers[buffer]
  const shapeOf = (node: number): string => {
    const { dtype, shape } = program.instructions[node]
    return `${dtype}[${shape.join(', ')}]`
  }
  if (role.kind === 'temporary') return `a temporary of ${nameOf(buffers[buffer])}`
  if (role.kind === 'input') return `input ${role.index}, ${shapeOf(program.inputs[role.index])},`
  const output = role.kind === 'output' ? role.index : role.output
  return `output ${output}, ${shapeOf(program.outputs[output])},`
}

const tooLarge = (what: string, elements: number, most: number): DeviceError =>
  new DeviceError(
    'webgpu',
    'limit',
    `${what} takes ${showBytes(4 * elements)}, and the adapter's limit for one array is ${showBytes(4 * most)}`,
    'Use smaller batches, or split the array.',
  )

const checkSizes = (program: Program, plan: KernelPlan, most: number): void => {
  plan.buffers.forEach(({ size, half }, buffer) => {
    const elements = half ? size / 2 : size
    if (elements > most) throw tooLarge(describeBuffer(program, plan, buffer), elements, most)
  })
}

const compile = async (
  runtime: Runtime,
  program: Program,
  options: RunOptions,
): Promise<Executable<Block, 'async'>> => {
  const halve = halvesAny(runtime) ? { halve: halvesFrom(runtime.fewestHalves) } : {}
  const source = lower(program, { ...options, alignment, ...halve })
  runtime.health.check()
  checkSizes(program, source, runtime.limits.bindingElements)
  const plan = planProgram(source, program.inputs.length, runtime.limits)
  const commands = await createCommands(runtime, plan)
  const { run, measure } = createExecutable(runtime, source, plan, commands, program.inputs.length, options)
  return {
    run,
    ...(runtime.clock ? { measure } : {}),
    describe: () => ({
      ...describePlan(source),
      workspaceBytes: 4 * plan.workspace + 2 * plan.halves,
      ...commands.counts,
    }),
    dispose: commands.uniforms.dispose,
  }
}

/** The backend of a GPU device: float32, int32, uint32 and bool. */
export const backendOn = (runtime: Runtime): Backend<Block, 'async'> => {
  const { device, memory, limits, readback, health } = runtime
  return {
    name: 'webgpu',
    mode: 'async',
    settings: { adapter: runtime.adapter, storage: halvesAny(runtime) ? 'float16' : 'float32' },
    budget: runtime.budget,
    dtypes: ['float32', 'int32', 'uint32', 'bool'],
    compile: (program, options) => compile(runtime, program, options),
    upload: (data: HostArray, dtype) => {
      health.check()
      const words = wordsOf(data)
      const name = nameOf({ dtype, size: words.length })
      if (words.length > limits.bindingElements) throw tooLarge(name, words.length, limits.bindingElements)
      const block = memory.acquire(Math.max(4, words.byteLength), () => name)
      if (words.length > 0) guarded(runtime, () => device.queue.writeBuffer(block.buffer, 0, words))
      return block
    },
    download: async (block, dtype, size) => {
      health.check()
      if (block.failure !== undefined) throw block.failure
      const created = memory.settled()
      const words = guarded(runtime, () => {
        const asked = readback.read(block.buffer, size)
        if (created !== undefined) readback.flush()
        return asked
      })
      words.catch(() => {})
      if (created !== undefined) await created
      return arrayFrom(await words, dtype, size)
    },
    release: memory.release,
  }
}
