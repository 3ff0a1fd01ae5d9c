/**
 * The dataflow graph behind every tensor.
 *
 * A node is never changed after it is built, except for `mark` and `position`: the scratch space in which one walk over
 * a graph (always synchronous, never nested) numbers the nodes it meets, and the places on a device that it reads. A side table would cost more than the walk.
 *
 * A class, because V8 builds instances of one hidden class in about 50 ns.
 */
import type { DType, HostArray } from './dtype.js'
import { fail } from './error.js'
import type { Shape } from './shape.js'

export type UnaryOp =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'erf'
  | 'sqrt'
  | 'floor'
  | 'cast'
  | 'bitcast'
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'maximum'
  | 'minimum'
  | 'mod'
  | 'less'
  | 'equal'
  | 'and'
  | 'or'
  | 'xor'
  | 'shiftLeft'
  | 'shiftRight'
/** Functions of corresponding elements; `select` is the only one of three arguments. */
export type ElementwiseOp = UnaryOp | BinaryOp | 'select'
export type ReduceOp = 'sum' | 'prod' | 'max' | 'min' | 'argMax'
/** Functions that only move elements. */
export type MoveOp = 'reshape' | 'permute' | 'broadcast' | 'pad' | 'slice' | 'flip' | 'concat' | 'dynamicSlice'
export type LeafOp = 'literal' | 'data' | 'argument' | 'iota'
export type OtherOp =
  | 'alias'
  | 'barrier'
  | 'matmul'
  | 'window'
  | 'overlapAdd'
  | 'gather'
  | 'scatterAdd'
  | 'argSort'
  | 'cumulativeSum'
  | 'scan'
  | 'project'
export type Op = LeafOp | ElementwiseOp | ReduceOp | MoveOp | OtherOp

/** Where the elements of a data leaf are: on the host, or in the memory of one device. */
export type Storage = HostStorage | DeviceStorage
export interface HostStorage {
  readonly kind: 'host'
  readonly data: HostArray
}
/** `owner` identifies the device (compared by identity); only it knows what `handle` is. */
export interface DeviceStorage {
  readonly kind: 'device'
  readonly owner: object
  readonly name: string
  readonly handle: unknown
  /** Scratch of one walk, as a node's; see engine/canonical/storageNumbers.ts. */
  readonly mark: number
  readonly position: number
}

/** What a scan is made of; see control.ts. */
export interface ScanBody {
  readonly length: number
  /** Arguments of the body: the carry, then one slice of each sequence. */
  readonly carry: readonly Node[]
  readonly slices: readonly Node[]
  /** Nodes from outside that the body uses: loop-invariant, computed once. */
  readonly captures: readonly Node[]
  /** The next carry, as nodes over arguments and captures. */
  readonly next: readonly Node[]
  /** From the last step to the first; stacked results still stand at their step's index. */
  readonly reverse: boolean
}

/** One result of a scan: a final carry, or any node of the body stacked over the steps. */
export type Projection =
  | { readonly kind: 'carry'; readonly index: number }
  | { readonly kind: 'stacked'; readonly node: Node }

export type Payload = number | Storage | ScanBody | Projection | undefined

const noInputs: readonly Node[] = []

/** More pending operations than this in one chain mean a value that grows unread. */
const maxDepth = 100_000

const depthOver = (before: number, input: Node | undefined): number =>
  input === undefined || input.depth < before ? before : input.depth + 1

/**
 * Inputs stand in fields of their own, and only those from the third on in a list: lists for all were a quarter of what
 * a graph takes, and two more places to look at on the way to an input.
 */
export class Node {
  mark = 0
  position = 0
  readonly depth: number = 0

  constructor(
    readonly op: Op,
    readonly dtype: DType,
    readonly shape: Shape,
    /** What else decides the meaning: axes, permutations, offsets; the layout is stated where the op is built. */
    readonly attributes: readonly number[],
    readonly payload: Payload,
    private readonly first?: Node,
    private readonly second?: Node,
    private readonly others: readonly Node[] = noInputs,
  ) {
    let depth = depthOver(depthOver(0, first), second)
    for (let i = 0; i < others.length; i++) depth = depthOver(depth, others[i])
    if (depth > maxDepth)
      fail(
        op,
        `at most ${maxDepth} pending operations in a row`,
        `${depth}`,
        'A value grows unread: evaluate running values each step.',
      )
    this.depth = depth
  }

  /** How many inputs there are. */
  get arity(): number {
    return this.second === undefined ? (this.first === undefined ? 0 : 1) : 2 + this.others.length
  }

  /** Input i, which must be one of them. */
  input(i: number): Node {
    return i === 0 ? this.first! : i === 1 ? this.second! : this.others[i - 2]
  }

  /** A new list of the inputs, for where it does not matter. */
  get inputs(): readonly Node[] {
    const { first, second, others } = this
    if (first === undefined) return noInputs
    return second === undefined ? [first] : [first, second, ...others]
  }
}

/** A node over a list of inputs. */
export const nodeOver = (
  op: Op,
  dtype: DType,
  shape: Shape,
  inputs: readonly Node[],
  attributes: readonly number[],
  payload: Payload,
): Node => new Node(op, dtype, shape, attributes, payload, inputs[0], inputs[1], inputs.slice(2))

export const noAttributes: readonly number[] = []
export const scalarShape: Shape = []

let generation = 0
/** A fresh mark for one walk. */
export const nextMark = (): number => ++generation

/**
 * The nodes that `roots` depend on, inputs before users, each once. With `follow` only nodes that pass it are entered.
 * Iterative: graphs are deeper than the call stack.
 */
export const postOrder = (roots: readonly Node[], follow: (node: Node) => boolean = () => true): Node[] => {
  const mark = nextMark()
  const order: Node[] = []
  const stack: Node[] = []
  for (const root of roots) {
    stack.push(root)
    while (stack.length > 0) {
      const node = stack[stack.length - 1]
      if (node.mark === mark) {
        stack.pop()
        continue
      }
      const before = stack.length
      if (follow(node))
        for (let i = node.arity - 1; i >= 0; i--) if (node.input(i).mark !== mark) stack.push(node.input(i))
      if (stack.length === before) {
        node.mark = mark
        node.position = order.length
        order.push(node)
        stack.pop()
      }
    }
  }
  return order
}
