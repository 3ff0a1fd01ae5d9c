/** What one training step of each network dispatches: no more than the cpu device has kernels to run. */
import * as p from 'pullback'
import { expect, it } from 'vitest'
import { nodeOf } from '../../../src/array/tensor.js'
import { planProgram } from '../../../src/backend/webgpu/plan.js'
import { eachTurn, isScan, type Step } from '../../../src/backend/webgpu/planned.js'
import { alignment } from '../../../src/backend/webgpu/room.js'
import { canonicalize } from '../../../src/engine/canonical.js'
import type { KernelPlan } from '../../../src/engine/kernel.js'
import { lower } from '../../../src/engine/lower.js'
import type { Program } from '../../../src/engine/program.js'
import { cnn, lastOfLstm, mlp, resnet } from '../../bench/models.js'
import { leastLimits } from './support.js'

type Net = p.Layer<p.AnyTensor, p.Tensor<[number, number]>, unknown, unknown>

interface Run {
  readonly net: unknown
  readonly optimizer: p.Optimizer
  readonly input: p.Shape
  readonly batch: number
}
const runs: Readonly<Record<string, Run>> = {
  mlp: { net: mlp(), optimizer: p.adam(0.001), input: [128, 784], batch: 128 },
  cnn: { net: cnn(), optimizer: p.adam(0.001), input: [64, 1, 28, 28], batch: 64 },
  resnet: { net: resnet(), optimizer: p.momentum(0.01), input: [32, 3, 32, 32], batch: 32 },
  lstm: { net: lastOfLstm(), optimizer: p.adam(0.001), input: [32, 32, 32], batch: 32 },
}

/** The program of a step whose state is on the device. */
const programOf = ({ net, optimizer, input, batch }: Run): { readonly program: Program; readonly state: number } => {
  const layer = net as Net
  const zeros = (shape: p.Shape, dtype: p.DType): p.AnyTensor =>
    p.tensor(new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0), shape, dtype) as p.AnyTensor
  const [start] = p.initialTrainState(layer, optimizer, { shape: input, dtype: 'float32' })(p.rng(0))
  const placed = p.mapTree(start, (x) => zeros(x.shape, x.dtype) as typeof x)
  const step = p.step({ layer, optimizer, loss: p.crossEntropy as never })
  const next = step(placed, { inputs: zeros(input, 'float32'), targets: zeros([batch], 'int32') } as never)
  const { program } = canonicalize(p.leaves(next).map(nodeOf))
  return { program, state: p.leaves(placed).length }
}

/** Kernels that a plan runs: those of a scan once for each step. */
const kernelsOf = ({ kernels }: KernelPlan): number =>
  kernels.reduce((sum, kernel) => sum + (kernel.kind === 'scan' ? kernel.length * kernelsOf(kernel.body) : 1), 0)

const dispatchesOf = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => {
    if (!isScan(step)) return sum + 1
    const counts = {
      ...step,
      first: dispatchesOf(step.first),
      even: dispatchesOf(step.even),
      odd: dispatchesOf(step.odd),
    }
    let own = 0
    eachTurn(counts, (count) => {
      own += count
    })
    return sum + own
  }, 0)

for (const [name, run] of Object.entries(runs))
  it(name, { timeout: 120_000 }, () => {
    const { program } = programOf(run)
    const donated = program.inputs.map(() => true)
    const kernels = kernelsOf(lower(program, { donated, keep: 'device' }))
    const plan = planProgram(lower(program, { donated, keep: 'device', alignment }), program.inputs.length, leastLimits)
    const dispatches = dispatchesOf(plan.kernels.flatMap(({ steps }) => steps))
    console.log(`${name}: ${dispatches} dispatches for ${kernels} kernels`)
    expect(dispatches).toBeLessThanOrEqual(kernels)
  })
