/** What a layer is made of: a value, and a text table of it. Nothing is computed; all of it is read off the dataflow. */

import { argument } from '../array/control.js'
import { type Node, type Projection, postOrder, type ScanBody } from '../array/node.js'
import { sizeOf } from '../array/shape.js'
import { type AnyTensor, nodeOf } from '../array/tensor.js'
import { leaves, mapTree } from '../array/tree.js'
import { rng } from '../random/rng.js'
import { standIn } from './build.js'
import { type AnyLayer, type Layer, type Spec, showSpec } from './layer.js'

/** One innermost layer. */
export interface SummaryRow {
  /** Where its params stand, such as `block.0`; '' for a layer that is no composite. */
  readonly path: string
  readonly kind: string
  readonly output: Spec
  /** Elements of its params. */
  readonly parameters: number
  /** Products of its matrix products, convolutions included, for the input as it was given. */
  readonly multiplyAdds: number
  /** Whether it has a weight: a param of rank 2 or more. */
  readonly weighted: boolean
}

/** A table of the parts of a layer, and its totals. */
export interface Summary {
  readonly input: Spec
  readonly output: Spec
  readonly rows: readonly SummaryRow[]
  readonly parameters: number
  readonly multiplyAdds: number
  /** How many rows are weighted: the depth that names such as VGG16 count. */
  readonly weightLayers: number
}

/** Products in the matrix products that `roots` need; `outside` is not entered. */
const countProducts = (roots: readonly Node[], outside: ReadonlySet<Node>): number => {
  const order = postOrder(roots, (node) => !outside.has(node)).filter((node) => !outside.has(node))
  const stacked = new Map<Node, Node[]>()
  for (const { op, inputs, payload } of order) {
    if (op !== 'project' || (payload as Projection).kind !== 'stacked') continue
    const projection = payload as Extract<Projection, { kind: 'stacked' }>
    stacked.set(inputs[0], [...(stacked.get(inputs[0]) ?? []), projection.node])
  }
  return order.reduce((total, node) => {
    if (node.op === 'matmul') return total + sizeOf(node.shape) * node.inputs[0].shape[node.inputs[0].shape.length - 1]
    if (node.op !== 'scan') return total
    const body = node.payload as ScanBody
    const inside = countProducts([...body.next, ...(stacked.get(node) ?? [])], new Set(body.captures))
    return total + body.length * inside
  }, 0)
}

const standInLike = <T>(tree: T): T => mapTree(tree, ({ shape, dtype }) => argument(shape, dtype) as AnyTensor)

const multiplyAddsOf = (layer: AnyLayer, params: unknown, state: unknown, input: Spec): number => {
  const [output] = layer.infer(standInLike(params), standInLike(state), standIn('summary', input))
  return countProducts(leaves(output).map(nodeOf), new Set())
}

const join = (path: string, name: string): string => (path === '' || name === '' ? path + name : `${path}.${name}`)

/** The same layer, which tells of every innermost part that is initialised. */
const observed = (layer: AnyLayer, path: string, tell: (row: SummaryRow) => void): AnyLayer => {
  if (layer.mapParts !== undefined) return layer.mapParts((part, name) => observed(part, join(path, name), tell))
  return {
    ...layer,
    init: (input) => (generator) => {
      const result = layer.init(input)(generator)
      const { params, state, output } = result[0]
      const arrays = leaves(params)
      tell({
        path,
        kind: layer.kind ?? 'layer',
        output,
        parameters: arrays.reduce((total, { shape }) => total + sizeOf(shape), 0),
        multiplyAdds: multiplyAddsOf(layer, params, state, input),
        weighted: arrays.some(({ shape }) => shape.length >= 2),
      })
      return result
    },
  }
}

/** A layer that is applied again (`shared`) brings its work again, but not its params. */
const withRow = (rows: readonly SummaryRow[], row: SummaryRow): readonly SummaryRow[] =>
  rows.some(({ path }) => path === row.path)
    ? rows.map((old) => (old.path === row.path ? { ...old, multiplyAdds: old.multiplyAdds + row.multiplyAdds } : old))
    : [...rows, row]

/**
 * Paths, output shapes, params and multiply-adds of every innermost layer, and their totals. Multiply-adds are those of
 * matrix products and convolutions, for the whole batch that `input` says: take a batch of 1 for the cost of an example.
 *
 * @throws PullbackError that begins with the path of the layer that does not fit
 * @example
 * import { chain, dense, relu, summary } from 'pullback'
 *
 * const mlp = chain(dense(784, 256), relu(), dense(256, 10))
 * const { parameters, multiplyAdds, weightLayers } = summary(mlp, { shape: [1, 784], dtype: 'float32' })
 * parameters // => 203530
 * multiplyAdds // => 203264
 * weightLayers // => 2
 */
export const summary = <X, Y, P, S>(layer: Layer<X, Y, P, S>, input: Spec): Summary => {
  let rows: readonly SummaryRow[] = []
  const [{ output }] = observed(layer as AnyLayer, '', (row) => {
    rows = withRow(rows, row)
  }).init(input)(rng(0))
  const total = (value: (row: SummaryRow) => number): number => rows.reduce((sum, row) => sum + value(row), 0)
  return {
    input,
    output,
    rows,
    parameters: total((row) => row.parameters),
    multiplyAdds: total((row) => row.multiplyAdds),
    weightLayers: rows.filter((row) => row.weighted).length,
  }
}

/** 1234567 as 1,234,567: the same in every locale. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/**
 * A summary as a text table.
 *
 * @example
 * import { dense, showSummary, summary } from 'pullback'
 *
 * const text = showSummary(summary(dense(784, 10), { shape: [1, 784], dtype: 'float32' }))
 */
export const showSummary = ({ input, output, rows, parameters, multiplyAdds, weightLayers }: Summary): string => {
  const head = ['path', 'layer', 'output', 'parameters', 'multiply-adds']
  const body = rows.map((row) => [
    row.path,
    row.kind,
    showSpec(row.output),
    grouped(row.parameters),
    grouped(row.multiplyAdds),
  ])
  const foot = ['', `${weightLayers} weight layers`, showSpec(output), grouped(parameters), grouped(multiplyAdds)]
  const lines = [head, ['', 'input', showSpec(input), '', ''], ...body, foot]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const show = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [show(head), rule, ...lines.slice(1, -1).map(show), rule, show(foot)].join('\n')
}
