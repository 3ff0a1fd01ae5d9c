/** A backend that interprets plans: what lowering gives, on a device, before any code is generated. */
import type { Backend, Value } from '../../src/engine/backend.js'
import { describePlan } from '../../src/engine/describe.js'
import { type LowerOptions, lower } from '../../src/engine/lower.js'
import { fromWords, runPlan, toWords } from './interpreter.js'

export const planBackend = (options: Partial<LowerOptions> = {}): Backend<Uint32Array, 'sync'> => ({
  name: 'plan',
  mode: 'sync',
  dtypes: ['float32', 'int32', 'uint32', 'bool'],
  compile: (program, { donated, keep }) => {
    const plan = lower(program, { ...options, donated, keep })
    const dtypes = program.outputs.map((output) => program.instructions[output]!.dtype)
    return {
      run: (inputs, scalars) =>
        runPlan(
          plan,
          inputs.map((value, i) => {
            const words = value.kind === 'host' ? toWords(value.data) : value.buffer
            return donated[i] ? words : words.slice()
          }),
          scalars,
        ).map(
          (words, i): Value<Uint32Array> =>
            keep === 'host' ? { kind: 'host', data: fromWords(words, dtypes[i]!) } : { kind: 'device', buffer: words },
        ),
      describe: () => describePlan(plan),
      dispose: () => {},
    }
  },
  upload: (data) => toWords(data),
  download: (buffer, dtype) => fromWords(buffer, dtype),
  release: () => {},
})
