/**
 * The four axes of a matmul. Batch dims over which the right operand does not change are rows: one large product is
 * faster than many small ones, and every element is still summed in the same order.
 */
import type { Access, Body, MatmulKernel, Operand } from '../kernel.js'

type Dims = readonly number[]

/** Reorders the dims of an access. */
const reordered = (access: Access, order: readonly number[]): Access => ({
  ...access,
  strides: order.map((dim) => access.strides[dim]),
})

const reorderedOperand = (operand: Operand, order: readonly number[]): Operand => {
  if (operand.kind === 'load') return { ...operand, access: reordered(operand.access, order) }
  return operand.kind === 'index' ? { ...operand, strides: order.map((dim) => operand.strides[dim]) } : operand
}

const without = (list: Dims, at: number): number[] => list.filter((_, i) => i !== at)

/** Whether `dim` and the next one, of size `inner`, run through memory as one in the left operand and the epilogue. */
const isOne = ({ a, epilogue: { operands, stores } }: MatmulKernel, dim: number, inner: number): boolean => {
  const isOneIn = (strides: Dims): boolean => strides[dim] === inner * strides[dim + 1]
  if (!isOneIn(a.strides)) return false
  for (let i = 0; i < stores.length; i++) if (!isOneIn(stores[i].access.strides)) return false
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]
    if (operand.kind === 'load' && !isOneIn(operand.access.strides)) return false
    if (operand.kind === 'index' && !isOneIn(operand.strides)) return false
  }
  return true
}

const joinRows = (kernel: MatmulKernel): MatmulKernel => {
  const { batch, m, a, epilogue } = kernel
  for (let i = 0; i + 1 < m.length; i++) {
    const dim = batch.length + i
    if (!isOne(kernel, dim, m[i + 1])) continue
    const drop = (access: Access): Access => ({ ...access, strides: without(access.strides, dim) })
    return joinRows({
      ...kernel,
      m: m.flatMap((size, j) => (j === i ? [size * m[i + 1]] : j === i + 1 ? [] : [size])),
      a: drop(a),
      epilogue: {
        ...epilogue,
        operands: epilogue.operands.map((operand) =>
          operand.kind === 'load'
            ? { ...operand, access: drop(operand.access) }
            : operand.kind === 'index'
              ? { ...operand, strides: without(operand.strides, dim) }
              : operand,
        ),
        stores: epilogue.stores.map((store) => ({ ...store, access: drop(store.access) })),
      },
    })
  }
  return kernel
}

export const matmulAxes = (
  [batch, m, n, k]: readonly [Dims, Dims, Dims, Dims],
  [a, b]: readonly [Access, Access],
  epilogue: Body,
): MatmulKernel => {
  const all = batch.map((_, dim) => dim)
  const rows = all.filter((dim) => b.strides[dim] === 0)
  if (rows.length === 0) return joinRows({ kind: 'matmul', batch, m, n, k, a, b, epilogue })
  const kept = all.filter((dim) => b.strides[dim] !== 0)
  const rest = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i)
  const order = [...kept, ...rows]
  const withRest = (count: number): number[] => [...order, ...rest(batch.length, count)]
  const reorder = withRest(m.length + n.length)
  const pick = (dims: readonly number[]): number[] => dims.map((dim) => batch[dim])
  return joinRows({
    kind: 'matmul',
    batch: pick(kept),
    m: [...pick(rows), ...m],
    n,
    k,
    a: reordered(a, withRest(m.length + k.length)),
    b: reordered(b, [...kept, ...rest(batch.length, k.length + n.length)]),
    epilogue: {
      operands: epilogue.operands.map((operand) => reorderedOperand(operand, reorder)),
      steps: epilogue.steps,
      stores: epilogue.stores.map((store) => ({ ...store, access: reordered(store.access, reorder) })),
    },
  })
}
