/**
 * Functions that steer evaluation and differentiation rather than compute.
 */
import { build, buildOver } from './build.js'
import { carriedLeaves } from './carry.js'
import type { DType } from './dtype.js'
import { fail } from './error.js'
import { Node, noAttributes, nodeOver, type Projection, postOrder, type ScanBody } from './node.js'
import { type Shape, showShape } from './shape.js'
import { type AnyTensor, nodeOf, type Tensor, tensorOf } from './tensor.js'
import { leaves, mapTree, unflatten } from './tree.js'

/**
 * The same value, whose derivative is zero. attributes: [0], which tells it from the alias of an argument.
 *
 * @example
 * import { grad, mul, stopGradient, sum, tensor, type Tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const gradient = grad((x: Tensor<[2]>) => sum(mul(stopGradient(x), x)))(tensor([2, 3]))
 * toArray(reference().evaluateSync(gradient)) // => Float32Array [2, 3]
 */
export const stopGradient = <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> =>
  build('alias', x.dtype, x.shape, stopped, x) as Tensor<S, D>
const stopped: readonly number[] = [0]
/** Whether an alias lets no derivative through. */
export const isStopped = (node: Node): boolean => node.attributes.length === 1

/** The same value under a new identity, so that one occurrence of an argument can be told from another. */
export const alias = (x: AnyTensor): AnyTensor => build('alias', x.dtype, x.shape, noAttributes, x)

/** A stand-in for a value that comes later: the argument of a scan's body. */
export const argument = <D extends DType>(shape: Shape, dtype: D): Tensor<Shape, D> =>
  build('argument', dtype, shape, noAttributes) as Tensor<Shape, D>

/**
 * x, hidden from common-subexpression elimination: what is computed from the result is computed anew, and not before
 * the tensors in `after`. This is what makes recomputation (checkpointing, dropout masks) stay recomputation.
 *
 * @example
 * import { add, barrier, exp, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * const x = tensor([0])
 * // Two exponentials, one of them computed after y. Without the barrier it would be one.
 * const y = exp(x)
 * toArray(reference().evaluateSync(add(y, exp(barrier(x, y))))) // => Float32Array [2]
 */
export const barrier = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  ...after: readonly AnyTensor[]
): Tensor<S, D> => buildOver('barrier', x.dtype, x.shape, [x, ...after]) as Tensor<S, D>

/** How `scan` goes through its sequences. */
export interface ScanOptions {
  /** Steps; needed where there are no sequences. */
  readonly length?: number
  /** From the last step to the first. Stacked results still stand at their step's index. */
  readonly reverse?: boolean
}

const scanLength = (sequences: readonly AnyTensor[], asked: number | undefined): number => {
  const lengths = [
    ...sequences.map(
      (x) => x.shape[0] ?? fail('scan', 'sequences of rank 1 or more', 'a scalar', 'Their first axis is time.'),
    ),
    ...(asked === undefined ? [] : [asked]),
  ]
  const first = lengths[0] ?? fail('scan', 'a sequence or a length', 'neither', 'Pass { length }.')
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 0))
    fail('scan', 'a whole number of steps from 0 on', String(asked), 'Leave it out where there are sequences.')
  for (const length of lengths)
    if (length !== first) fail('scan', `sequences of one length`, showShape(lengths), 'Their first axis is time.')
  return first
}

/**
 * Nodes from outside that a body over `inside` uses: whatever does not depend on an argument, literals excepted. What is
 * below the nodes of `inside`, and of `outside`, is not looked at. For the rooms of this library.
 */
export const capturesOf = (
  roots: readonly Node[],
  inside: ReadonlySet<Node>,
  outside: ReadonlySet<Node> = new Set(),
): Node[] => {
  const order = postOrder(roots, (node) => !inside.has(node) && !outside.has(node))
  const dependent = new Set<Node>(inside)
  const captures = new Set<Node>()
  const isFree = (node: Node): boolean => !dependent.has(node) && node.op !== 'literal' && node.op !== 'iota'
  for (const node of order)
    if (!outside.has(node)) for (let i = 0; i < node.arity; i++) if (dependent.has(node.input(i))) dependent.add(node)
  for (const node of order)
    if (dependent.has(node) && !inside.has(node))
      for (let i = 0; i < node.arity; i++) if (isFree(node.input(i))) captures.add(node.input(i))
  for (const root of roots) if (isFree(root)) captures.add(root)
  return [...captures]
}

/** A projection of a scan: a final carry or a stacked node of its body. For the rooms of this library. */
export const project = (scanNode: Node, projection: Projection): AnyTensor => {
  const body = scanNode.payload as ScanBody
  const source = projection.kind === 'carry' ? body.next[projection.index] : projection.node
  const shape = projection.kind === 'carry' ? source.shape : [body.length, ...source.shape]
  return tensorOf(new Node('project', source.dtype, shape, noAttributes, projection, scanNode))
}

/** Inputs of a scan node are the first carry, the sequences and the captures, in this order. For the rooms of this library. */
export const scanNode = (carry: readonly AnyTensor[], sequences: readonly AnyTensor[], body: ScanBody): Node =>
  nodeOver(
    'scan',
    'float32',
    [],
    [...carry.map(nodeOf), ...sequences.map(nodeOf), ...body.captures],
    noAttributes,
    body,
  )

/**
 * A loop over the first axis of `sequences` that carries values along:
 * `[carry_t, y_t] = step(carry_{t-1}, x_t)`; gives the last carry, and the y_t stacked along a new first axis.
 * The body is a dataflow of its own: a plan for 1,000 steps is as small as for 10.
 *
 * `step` is called once, on stand-ins. What is no tensor (a number, a text, null) is structure: in the carry a step may
 * use it, and must give it back unchanged; in y_t it is not stacked, but handed on as it is, the same for all steps. A
 * number that changes from step to step is carried as a tensor, such as `tensor([0], [])`.
 *
 * @throws PullbackError when lengths differ, or a step changes the carry's structure, shapes, dtypes or what is no tensor
 * @example
 * import { add, mul, scan, type Tensor, tensor, toArray } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * // the values of a polynomial's partial sums by Horner's rule, at 2
 * const step = (carry: Tensor, coefficient: Tensor) => {
 *   const next: Tensor = add(mul(carry, 2), coefficient)
 *   return [next, next] as const
 * }
 * const [last, all] = scan(step, tensor([0], []) as Tensor, tensor([1, 2, 3]))
 * toArray(reference().evaluateSync(all)) // => Float32Array [1, 4, 11]
 */
export const scan = <C, X, Y>(
  step: (carry: C, slice: X) => readonly [carry: C, output: Y],
  carry: C,
  sequences: X,
  options: ScanOptions = {},
): readonly [carry: C, outputs: Y] => {
  const first = leaves(carry)
  const rows = leaves(sequences)
  const length = scanLength(rows, options.length)
  const carryTree = mapTree(carry, (x) => argument(x.shape, x.dtype))
  const sliceTree = mapTree(sequences, (x) => argument(x.shape.slice(1), x.dtype))
  const [nextTree, outputTree] = step(carryTree, sliceTree)
  const next = carriedLeaves(carryTree, nextTree).map(nodeOf)
  const inside = [...leaves(carryTree), ...leaves(sliceTree)].map(nodeOf)
  const outputs = leaves(outputTree).map(nodeOf)
  const body: ScanBody = {
    length,
    carry: inside.slice(0, first.length),
    slices: inside.slice(first.length),
    captures: capturesOf([...next, ...outputs], new Set(inside)),
    next,
    reverse: options.reverse ?? false,
  }
  const node = scanNode(first, rows, body)
  return [
    unflatten(
      carry,
      next.map((_, index) => project(node, { kind: 'carry', index })),
    ),
    unflatten(
      outputTree,
      outputs.map((output) => project(node, { kind: 'stacked', node: output })),
    ),
  ]
}
