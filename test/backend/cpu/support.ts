/** Runs plans made by hand on the cpu. */
import type { DType, HostArray } from '../../../src/array/dtype.js'
import { createExecutable } from '../../../src/backend/cpu/runtime/executable.js'
import { createRuntime } from '../../../src/backend/cpu/runtime/runtime.js'
import type { Kernel, KernelPlan } from '../../../src/engine/kernel.js'
import { type Given, planOn } from '../kernelCases/data.js'

export * from '../kernelCases/data.js'

const runtime = createRuntime()

/** Runs kernels on inputs; buffers are numbered inputs, outputs, temporaries. */
export const runKernels = (
  kernels: readonly Kernel[],
  inputs: readonly Given[],
  outputs: readonly (readonly [DType, number])[],
  temporaries: readonly (readonly [DType, number])[] = [],
  scalars: readonly number[] = [],
): readonly HostArray[] => runPlan(planOn(kernels, inputs, outputs, temporaries, scalars), inputs, scalars)

export const runPlan = (plan: KernelPlan, inputs: readonly Given[], scalars: readonly number[] = []): HostArray[] => {
  const executable = createExecutable(runtime, plan, inputs.length, { keep: 'host', donated: inputs.map(() => false) })
  try {
    const results = executable.run(
      inputs.map(({ data }) => ({ kind: 'host', data })),
      scalars,
    )
    return results.map((value) => (value as { readonly data: HostArray }).data)
  } finally {
    executable.dispose()
  }
}
