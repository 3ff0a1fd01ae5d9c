/** A workload in jax-js. */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Any, initial, numbers, oneHot, products, type Repetition, shapesOf, sizes } from './common.js'

const shapes = shapesOf('jax')

export const repetition = async (folder: string, workload: string): Promise<Repetition> => {
  const path = join(resolve(folder), 'node_modules/@jax-js/jax/dist/index.js')
  const {
    numpy: np,
    nn,
    lax,
    jit,
    valueAndGrad,
    tree,
    init,
    defaultDevice,
  }: Any = await import(pathToFileURL(path).href)
  await init('webgpu')
  defaultDevice('webgpu')
  const array = (data: Float32Array, shape: readonly number[]): Any => np.array(data).reshape(shape)
  const tensor = (shape: readonly number[]): Any => array(numbers(shape), shape)
  const read = async (x: Any): Promise<number> => (await x.data())[0]
  const product = products[workload]
  if (product !== undefined) {
    const [m, k, n] = product as [number, number, number]
    const [first, second] = [workload.endsWith('TN'), workload.endsWith('NT')]
    const [a, b] = [tensor(first ? [k, m] : [m, k]), tensor(second ? [n, k] : [k, n])]
    const f = jit((a: Any, b: Any) => np.matmul(first ? np.transpose(a) : a, second ? np.transpose(b) : b))
    return async () => {
      const c = f(a.ref, b.ref)
      await c.blockUntilReady()
      c.dispose()
    }
  }
  if (workload === 'chain1m') {
    const x = tensor([1_048_576])
    const f = jit((x: Any) => np.sum(np.tanh(x.ref.mul(2).add(1)).mul(x)))
    return () => read(f(x.ref))
  }
  const layer = (p: Any, x: Any, w: number): Any => np.dot(x, p[w].ref).add(p[w + 1].ref)
  const pooled = (p: Any, x: Any, w: number): Any => {
    const y = lax.conv(x, p[w].ref, [1, 1], 'SAME').add(p[w + 1].ref.reshape([1, -1, 1, 1]))
    return lax.reduceWindow(nn.relu(y), (each: Any) => np.max(each), [2, 2], [2, 2])
  }
  const forward: Readonly<Record<string, (p: Any, x: Any) => Any>> = {
    mlp: (p, x) => layer(p, nn.relu(layer(p, nn.relu(layer(p, x, 0)), 2)), 4),
    cnn: (p, x) => layer(p, nn.relu(layer(p, pooled(p, pooled(p, x, 0), 2).reshape([64, 784]), 4)), 6),
    lstm: (p, xs) => {
      let [h, c] = [np.zeros([32, 128]), np.zeros([32, 128])]
      for (const x of xs) {
        const z = np.dot(x, p[0].ref).add(np.dot(h, p[1].ref)).add(p[2].ref)
        const [i, f, g, o] = np.split(z, 4, 1)
        c = nn
          .sigmoid(f)
          .mul(c)
          .add(nn.sigmoid(i).mul(np.tanh(g)))
        h = nn.sigmoid(o).mul(np.tanh(c.ref))
      }
      c.dispose()
      return layer(p, h, 3)
    },
  }
  const { input, batch } = sizes[workload]!
  const loss = (p: Any, x: Any, y: Any): Any => {
    const mean = nn
      .logSoftmax(forward[workload]!(p, x), -1)
      .mul(y)
      .sum()
      .mul(-1 / batch)
    tree.dispose(p)
    return mean
  }
  // Its optimizers are a package that is not published: Adam by hand.
  const adam = (p: Any, g: Any, s: Any): readonly Any[] => {
    const t = s.t.add(1)
    const [c1, c2] = [np.subtract(1, np.power(0.9, t.ref)), np.subtract(1, np.power(0.999, t.ref))]
    const m = tree.map((m: Any, g: Any) => m.mul(0.9).add(g.mul(0.1)), s.m, tree.ref(g))
    const v = tree.map((v: Any, g: Any) => v.mul(0.999).add(g.ref.mul(g).mul(0.001)), s.v, g)
    const next = tree.map(
      (p: Any, m: Any, v: Any) =>
        p.sub(
          m
            .div(c1.ref)
            .mul(0.001)
            .div(np.sqrt(v.div(c2.ref)).add(1e-7)),
        ),
      ...[p, tree.ref(m), tree.ref(v)],
    )
    c1.dispose()
    c2.dispose()
    return [next, { m, v, t }]
  }
  const step = jit((p: Any, s: Any, x: Any, y: Any) => {
    const [l, g] = valueAndGrad(loss)(tree.ref(p), x, y)
    return [l, ...adam(p, g, s)]
  })
  const zeros = (): Any => shapes[workload]!.map((shape) => np.zeros(shape))
  let p: Any = shapes[workload]!.map((shape) => array(initial(shape), shape))
  let s: Any = { m: zeros(), v: zeros(), t: np.array(0) }
  const x: Any =
    workload === 'lstm'
      ? Array.from({ length: 32 }, () => tensor([32, 32]))
      : tensor(workload === 'cnn' ? [64, 1, 28, 28] : input)
  const y = array(oneHot(batch), [batch, 10])
  return () => {
    const [l, ...next] = step(p, s, tree.ref(x), y.ref)
    ;[p, s] = next
    return read(l)
  }
}
