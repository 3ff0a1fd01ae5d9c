/** LeNet, and how far gradients of two devices are apart. */
import * as p from 'pullback'

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
/** All numbers of a tree, leaf by leaf. */
export const flat = (tree: unknown): number[] => p.leaves(tree).flatMap((x) => [...p.toArray(x)])
/** The norm of the difference over the norm of what is wanted, over all leaves. */
export const distance = (got: unknown, wanted: unknown): number => {
  const [a, b] = [flat(got), flat(wanted)]
  return norm(a.map((x, i) => x - b[i]!)) / norm(b)
}

export const lenet = (pool: typeof p.avgPool2d) =>
  p.chain(
    p.conv2d({ in: 1, out: 6, kernel: 5, padding: 2 }),
    p.relu(),
    pool(2),
    p.conv2d({ in: 6, out: 16, kernel: 5 }),
    p.relu(),
    pool(2),
    p.flatten(),
    p.dense(400, 120),
    p.relu(),
    p.dense(120, 84),
    p.relu(),
    p.dense(84, 10),
  )
