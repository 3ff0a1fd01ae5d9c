/** A workload in TensorFlow.js. */
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type Any, initial, numbers, oneHot, products, type Repetition, shapesOf, sizes } from './common.js'

const shapes = shapesOf('tfjs')

export const repetition = async (folder: string, workload: string): Promise<Repetition> => {
  const load = createRequire(join(resolve(folder), 'package.json'))
  const tf: Any = load('@tensorflow/tfjs')
  load('@tensorflow/tfjs-backend-webgpu')
  await tf.setBackend('webgpu')
  await tf.ready()
  const read = async (x: Any): Promise<number> => {
    const [value] = await x.data()
    x.dispose()
    return value
  }
  const tensor = (shape: readonly number[]) => tf.tensor(numbers(shape), shape)
  const product = products[workload]
  if (product !== undefined) {
    const [m, k, n] = product as [number, number, number]
    const [first, second] = [workload.endsWith('TN'), workload.endsWith('NT')]
    const [a, b] = [tensor(first ? [k, m] : [m, k]), tensor(second ? [n, k] : [k, n])]
    return () => read(tf.tidy(() => tf.matMul(a, b, first, second).slice([0, 0], [1, 1])))
  }
  if (workload === 'chain1m') {
    const x = tensor([1_048_576])
    return () => read(tf.tidy(() => x.mul(2).add(1).tanh().mul(x).sum()))
  }
  const p: readonly Any[] = shapes[workload]!.map((shape) => tf.variable(tf.tensor(initial(shape), shape)))
  const layer = (x: Any, w: number): Any => x.matMul(p[w]).add(p[w + 1])
  const pooled = (x: Any, w: number): Any =>
    tf.maxPool(
      tf
        .conv2d(x, p[w], 1, 'same')
        .add(p[w + 1])
        .relu(),
      2,
      2,
      'valid',
    )
  const forward: Readonly<Record<string, (x: Any) => Any>> = {
    mlp: (x) => layer(layer(layer(x, 0).relu(), 2).relu(), 4),
    cnn: (x) => layer(layer(pooled(pooled(x, 0), 2).reshape([64, 784]), 4).relu(), 6),
    lstm: (x) => {
      let [h, c] = [tf.zeros([32, 128]), tf.zeros([32, 128])]
      for (const each of tf.unstack(x, 0)) {
        const [i, f, g, o] = tf.split(each.matMul(p[0]).add(h.matMul(p[1])).add(p[2]), 4, 1)
        c = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()))
        h = o.sigmoid().mul(c.tanh())
      }
      return layer(h, 3)
    },
  }
  const { input, batch } = sizes[workload]!
  const [x, y] = [tensor(input), tf.tensor(oneHot(batch), [batch, 10])]
  const adam = tf.train.adam(0.001)
  return () => read(adam.minimize(() => tf.losses.softmaxCrossEntropy(y, forward[workload]!(x)), true))
}
