/**
 * The reference backend: plain TypeScript, float64 and float32, one instruction after another, written to be read. What
 * it computes is what a primitive means; other backends are compared with it, and gradient laws run on it in float64.
 */
import { dtypes, type HostArray } from '../../array/dtype.js'
import { sizeOf } from '../../array/shape.js'
import type { Backend, Executable, PlanDescription, RunOptions, Value } from '../../engine/backend.js'
import type { Instruction, Program } from '../../engine/program.js'
import { interpret } from './interpret.js'

const dataOf = (value: Value<HostArray>): HostArray => (value.kind === 'host' ? value.data : value.buffer)

const bytesOf = ({ dtype, shape }: Instruction): number =>
  sizeOf(shape) * (dtype === 'float64' ? 8 : dtype === 'bool' ? 1 : 4)

const flopsOf = (program: Program, { op, shape, inputs }: Instruction): number =>
  op === 'matmul' ? 2 * sizeOf(shape) * program.instructions[inputs[0]].shape.at(-1)! : sizeOf(shape)

/** Every instruction is a kernel of its own, and all of them are kept until the run ends. */
const describe = (program: Program): PlanDescription => ({
  kernels: program.instructions.map((instruction) => ({
    kernel: instruction.op,
    shape: instruction.shape,
    flops: flopsOf(program, instruction),
    bytes: bytesOf(instruction),
  })),
  workspaceBytes: program.instructions.reduce((bytes, instruction) => bytes + bytesOf(instruction), 0),
})

const compile = (program: Program, { keep }: RunOptions): Executable<HostArray, 'sync'> => ({
  run: (inputs, scalars) =>
    interpret(program, inputs.map(dataOf), scalars).map((result) => {
      // Results may be inputs, or each other; what escapes is nobody else's.
      const data = result.slice() as HostArray
      return keep === 'host' ? { kind: 'host', data } : { kind: 'device', buffer: data }
    }),
  describe: () => describe(program),
  dispose: () => {},
})

/** The interpreter as a backend: every dtype, results at once, buffers that are host arrays. */
export const referenceBackend = (): Backend<HostArray, 'sync'> => ({
  name: 'reference',
  mode: 'sync',
  dtypes,
  compile,
  upload: (data) => data.slice(),
  download: (buffer) => buffer.slice(),
  release: () => {},
})
