/** A run with everything that has state or randomness: dropout, batch norm, Adam's moments, a schedule. */
import * as p from 'pullback'
import { dyadic, trainingLaws, trainingRuns } from 'pullback/laws'
import { devices } from '../devices.js'
import { check } from './support.js'

const layer = p.named(
  { hidden: p.dense(4, 6) },
  { norm: p.batchNorm(6) as p.AnyLayer },
  { drop: p.dropout(0.25) as p.AnyLayer },
  { out: p.dense(6, 2) as p.AnyLayer },
) as p.AnyLayer
const optimizer = p.adam(p.schedule.warmup(2, p.schedule.cosine({ initial: 0.05, steps: 9 })))
const loss = (output: p.Tensor, targets: p.Tensor): p.Tensor<[]> =>
  p.mean(p.square(p.sub(output, targets) as p.Tensor)) as p.Tensor<[]>
const descend = p.step({ layer, optimizer, loss })
type State = p.TrainState<unknown, unknown>

const startOf = (seed: number): State =>
  p.initialTrainState(layer, optimizer, { shape: [5, 4], dtype: 'float32' })(p.rng(seed))[0]
const batches = (seed: number): readonly p.Batch<p.Tensor, p.Tensor>[] =>
  Array.from({ length: 5 }, (_, i) => ({
    inputs: dyadic([5, 4], 'float32', seed + i) as unknown as p.Tensor,
    targets: dyadic([5, 2], 'float32', seed + i + 100) as unknown as p.Tensor,
  }))

for (const { name, device } of devices)
  check(
    trainingLaws<State, p.Batch<p.Tensor, p.Tensor>>(),
    {
      start: (seed) => device.evaluate(startOf(seed)),
      batches,
      fold: async (from, parts, onSnapshot) => {
        const { state } = await p.fold(device, descend, from, parts, {
          onStep: async ({ snapshot }) => {
            onSnapshot(await snapshot())
            return undefined
          },
        })
        return state
      },
      save: (state) => p.encodeCheckpoint(state),
      load: (bytes, seed) => {
        const read = p.decodeCheckpoint(startOf(seed))(bytes)
        if (read._tag === 'Left') throw new Error(JSON.stringify(read.left))
        return read.right.tree
      },
    },
    trainingRuns,
    { runs: 4 },
    `${name}: `,
  )
