/** Products, an elementwise chain with a sum, and one large optimizer update. */

import type { AnyTensor } from 'pullback'
import * as p from 'pullback'
import { uniformData } from '../data.js'
import { measure } from '../measure.js'
import { runnerOf, type Workload } from '../workload.js'

type Loose = (...args: readonly unknown[]) => AnyTensor
const [matmul, transpose, add, mul, tanh, sum] = [
  p.matmul,
  p.transpose,
  p.add,
  p.mul,
  p.tanh,
  p.sum,
] as unknown as readonly Loose[] as [Loose, Loose, Loose, Loose, Loose, Loose]

/** The result stays on the device; that of the repetition before is given up. */
const product =
  (m: number, k: number, n: number, form: 'NN' | 'TN' | 'NT' = 'NN'): Workload =>
  async ({ device, started }) => {
    const { advance } = runnerOf(device)
    const [a, b] = await device.place([
      uniformData(form === 'TN' ? [k, m] : [m, k], 1),
      uniformData(form === 'NT' ? [n, k] : [k, n], 2),
    ])
    const [x, y] = [a as AnyTensor, b as AnyTensor]
    let last: { readonly c: AnyTensor } | undefined
    const timing = await measure(
      () =>
        advance({ c: matmul(form === 'TN' ? transpose(x) : x, form === 'NT' ? transpose(y) : y) }, last, (made) => {
          last = made
        }),
      started,
    )
    return { ...timing, flops: 2 * m * k * n }
  }

const chain1m: Workload = async ({ device, started }) => {
  const x = await device.place(uniformData([1_048_576], 1))
  const { evaluate } = runnerOf(device)
  return measure(() => evaluate(sum(mul(tanh(add(mul(x, 2), 1)), x))), started)
}

/** One update in a loop that owns its state, as a fold does. */
const adam1m: Workload = async ({ device, started }) => {
  const optimizer = p.adam(0.001)
  const params = uniformData([1_048_576], 1)
  const gradient = await device.place(uniformData([1_048_576], 2))
  let place = await device.place({ params, state: optimizer.init(params) })
  const { advance } = runnerOf(device)
  return measure(() => {
    const [updates, state] = optimizer.update(gradient, place.state, place.params)
    return advance({ params: p.applyUpdates(place.params, updates), state }, place, (made) => {
      place = made
    })
  }, started)
}

export const arrays: Readonly<Record<string, Workload>> = {
  mm256: product(256, 256, 256),
  mm512: product(512, 512, 512),
  mm1024: product(1024, 1024, 1024),
  mmMlp: product(128, 784, 256),
  mm512TN: product(512, 512, 512, 'TN'),
  mm512NT: product(512, 512, 512, 'NT'),
  mmMlpTN: product(128, 784, 256, 'TN'),
  mmMlpNT: product(128, 784, 256, 'NT'),
  chain1m,
  adam1m,
}
