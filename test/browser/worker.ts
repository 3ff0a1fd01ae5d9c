/** Trains a small network by `cpu`; in a Worker, posts what came out. */
import * as p from 'pullback'
import { cpu } from 'pullback/cpu'

export interface Trained {
  readonly loss: number
  readonly params: readonly p.HostArray[]
}

export const train = async (): Promise<Trained> => {
  const [values] = p.hostUniform({ size: 400 })(p.rng(1))
  const inside = Int32Array.from({ length: 200 }, (_, i) => Number(values[2 * i] > values[2 * i + 1]))
  const data = p.dataset(p.storedArray('float32', [200, 2], values), p.storedArray('int32', [200], inside))
  const layer = p.chain(p.dense(2, 8), p.tanh(), p.dense(8, 2))
  const optimizer = p.adam(0.01)
  const descend = p.step({ layer, loss: p.crossEntropy, optimizer })
  const [start] = p.initialTrainState(layer, optimizer, { shape: [20, 2], dtype: 'float32' })(p.rng(0))
  let loss = Number.NaN
  const { state } = await p.fold(cpu(), descend, start, p.epochs(data, { size: 20, epochs: 2, shuffle: p.rng(2) }), {
    onStep: ({ metrics }) => {
      loss = metrics.loss
    },
  })
  return { loss, params: p.leaves(state.params).map(p.toArray) }
}

if (typeof document === 'undefined') postMessage(await train())
