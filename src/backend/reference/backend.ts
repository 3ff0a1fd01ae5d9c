/**
 * The reference backend: plain TypeScript, float64 and float32, one instruction after another, written to be read. What
 * it computes is what a primitive means; other backends are compared with it, and gradient laws run on it in float64.
 */
import { dtypes, type HostArray } from '../../array/dtype.js'
import type { Backend, Executable, RunOptions, Value } from '../../engine/backend.js'
import { describeProgram } from '../../engine/describe.js'
import { interpret } from '../../engine/interpret.js'
import type { Program } from '../../engine/program.js'
import { compute } from './compute.js'

const dataOf = (value: Value<HostArray>): HostArray => (value.kind === 'host' ? value.data : value.buffer)

const compile = (program: Program, { keep }: RunOptions): Executable<HostArray, 'sync'> => ({
  run: (inputs, scalars) =>
    interpret(program, compute, inputs.map(dataOf), scalars).map((result) => {
      // Results may be inputs, or each other; what escapes is nobody else's.
      const data = result.slice() as HostArray
      return keep === 'host' ? { kind: 'host', data } : { kind: 'device', buffer: data }
    }),
  describe: () => describeProgram(program),
  dispose: () => {},
})

/**
 * The interpreter as a backend: every dtype, results at once, buffers that are host arrays.
 *
 * @example
 * import { deviceOf } from 'pullback'
 * import { referenceBackend } from 'pullback/reference'
 *
 * const device = deviceOf({ ...referenceBackend(), name: 'own' })
 * device.name // => 'own'
 */
export const referenceBackend = (): Backend<HostArray, 'sync'> => ({
  name: 'reference',
  mode: 'sync',
  dtypes,
  compile,
  upload: (data) => data.slice(),
  download: (buffer) => buffer.slice(),
  release: () => {},
})
