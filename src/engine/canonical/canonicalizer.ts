/**
 * From a graph to its code: the integers that say everything about it but its data and its lifted numbers. Two graphs
 * with equal codes have one plan, so on a cache hit nothing else is made of the graph than this.
 *
 * The code of a node: op and dtype (where inputs do not imply it), numbers of inputs and attributes, the inputs'
 * positions, the attributes, the shape (where inputs and attributes do not imply it). Aliases leave no trace, so their
 * position is that of what they stand for. The same storage met in two leaves is one input. Bodies of scans follow their
 * program, each with its arguments first.
 *
 * The walk is iterative and enters every node once: while its inputs are visited, a node's `position` counts them as
 * -1, -2, ...; after that it is the number of its instruction. Which nodes it met is noted only if that was wanted of the
 * graph before, as it is when no plan was found, or else in a second walk: a graph must not outlive its evaluation, for
 * the garbage collector would copy it.
 */
import { fail } from '../../array/error.js'
import { type Node, nextMark, type Op, type Projection, type Storage } from '../../array/node.js'
import { sameShape } from '../../array/shape.js'
import { dtypeNumber, open, opens, opNumber } from './opTable.js'
import { type ScanGroup, type ScanGroups, scanGroups } from './scanGroups.js'
import { StorageNumbers } from './storageNumbers.js'

/** One program of the graph: the main one, or the body of a scan. */
export interface Segment {
  /** Where its code starts; its arguments are not in `order`. */
  readonly start: number
  readonly order: readonly Node[]
  readonly arguments: readonly Node[]
  readonly outputs: readonly number[]
  /** How many scalars the segments before it have. */
  readonly firstScalar: number
  /** The loops among its nodes, and the loop whose body this is. */
  readonly groups: ScanGroups | undefined
  readonly group: ScanGroup | undefined
}

/** Structural numbers are part of the program; the others are lifted. -0 is not 0. */
export const isStructural = (value: number): boolean => value === 1 || Object.is(value, 0)

export class Canonicalizer {
  code = new Int32Array(1 << 14)
  length = 0
  storages: Storage[] = []
  scalars: number[] = []
  /** Empty until noted. */
  segments: Segment[] = []
  /** For each of the storages the leaf that it was met in. */
  leaves: Node[] = []
  /** Storages that are several inputs: leaves of other shapes or dtypes share them. */
  repeated = new Set<Storage>()
  private readonly numbers = new StorageNumbers()
  private queue: ScanGroup[] = []
  private next = 0
  private noting = false
  /** Whether the nodes of the graph before this one were wanted. */
  private wanted = true

  /** Writes the code of `roots`. The fields describe it until the next call. */
  walk(roots: readonly Node[]): void {
    this.noting = this.wanted
    this.wanted = false
    this.walkAgain(roots)
  }

  private walkAgain(roots: readonly Node[]): void {
    this.start()
    if (this.segment(roots, [], undefined)) return
    // The first scan ended that attempt: loops must be known before a graph that has them is numbered.
    this.start()
    this.segment(roots, [], undefined, scanGroups(roots))
    for (let i = 0; i < this.queue.length; i++) {
      const group = this.queue[i]
      const { body, captures, stacked, inner } = group
      const inside = [...body.carry, ...body.slices, ...captures]
      this.segment([...body.next, ...stacked.keys()], inside, group, inner)
    }
  }

  /** Sees to it that `segments` are those of the last walk, which was over the graph of `roots`. */
  note(roots: readonly Node[]): void {
    this.noting = true
    if (this.segments.length === 0) this.walkAgain(roots)
    this.wanted = true
  }

  /** The first input, of the last walk, that has this storage, or -1. */
  inputOf(storage: Storage): number {
    return this.numbers.of(storage)
  }

  /** Appends a number that tells plans of one graph apart. */
  append(value: number): void {
    this.ensure(1)
    this.code[this.length++] = value
  }

  hash(): number {
    const { code, length } = this
    let hash = 0x811c9dc5 | 0
    for (let i = 0; i < length; i++) {
      hash = Math.imul(hash ^ code[i], 0x01000193)
      hash ^= hash >>> 15
    }
    return hash
  }

  /** Lets go of the graph; the code stays. */
  forget(): void {
    this.storages = []
    this.scalars = []
    this.segments = []
    this.queue = []
    this.leaves = []
    if (this.repeated.size > 0) this.repeated = new Set()
  }

  private start(): void {
    this.forget()
    this.numbers.start()
    this.length = 0
  }

  private ensure(more: number): void {
    if (this.length + more <= this.code.length) return
    const larger = new Int32Array(2 * (this.length + more))
    larger.set(this.code)
    this.code = larger
  }

  /** False when a scan is met and groups are not known. */
  private segment(
    roots: readonly Node[],
    inside: readonly Node[],
    group: ScanGroup | undefined,
    groups?: ScanGroups,
  ): boolean {
    const start = this.length
    const firstScalar = this.scalars.length
    const mark = nextMark()
    const order: Node[] | undefined = this.noting ? [] : undefined
    const loops = groups === undefined ? undefined : new Map<ScanGroup, number>()
    this.next = 0
    for (const node of inside) {
      node.mark = mark
      node.position = this.next++
      this.write('argument', node, noInputs, node.attributes)
    }
    const stack: Node[] = []
    let top = -1
    for (const root of roots) {
      if (root.mark === mark) continue
      root.mark = mark
      root.position = -1
      stack[++top] = root
      while (top >= 0) {
        const node = stack[top]
        const isScan = node.op === 'scan'
        if (isScan && groups === undefined) return false
        const inputs = isScan ? groups!.get(node)!.inputs : undefined
        const count = inputs === undefined ? node.arity : inputs.length
        let next = -1 - node.position
        // What has been met needs no turn of its own.
        while (next < count) {
          const input = inputs === undefined ? node.input(next) : inputs[next]
          if (input.mark !== mark) {
            node.position = -2 - next
            input.mark = mark
            input.position = -1
            stack[++top] = input
            break
          }
          if (input.position < 0) throw new Error('pullback: a scan reads its own result; please report this')
          next++
        }
        if (next < count) continue
        top--
        node.position = this.visit(node, inputs, order, loops, groups)
      }
    }
    const outputs = roots.map((root) => root.position)
    this.ensure(outputs.length + 2)
    this.code[this.length++] = -1
    this.code[this.length++] = outputs.length
    for (const output of outputs) this.code[this.length++] = output
    if (order !== undefined)
      this.segments.push({ start, order, arguments: inside, outputs, firstScalar, groups, group })
    return true
  }

  private visit(
    node: Node,
    inputs: readonly Node[] | undefined,
    order: Node[] | undefined,
    loops: Map<ScanGroup, number> | undefined,
    groups: ScanGroups | undefined,
  ): number {
    switch (node.op) {
      case 'alias':
        return node.input(0).position
      case 'data': {
        const storage = node.payload as Storage
        const number = this.numbers.of(storage)
        const known = number < 0 ? undefined : this.leaves[number]
        if (known !== undefined && known.dtype === node.dtype && sameShape(known.shape, node.shape))
          return known.position
        if (known === undefined) this.numbers.give(storage, this.storages.length)
        else this.repeated.add(storage)
        this.storages.push(storage)
        this.leaves.push(node)
        this.write('data', node, noInputs, node.attributes)
        break
      }
      case 'literal': {
        const value = node.payload as number
        const structural = isStructural(value)
        if (!structural) this.scalars.push(value)
        this.write('literal', node, noInputs, structural ? (value === 0 ? zero : one) : node.attributes)
        break
      }
      case 'argument':
        return fail(
          'evaluate',
          'values',
          'the argument of a scan whose loop is not part of the tree',
          'Return values from the step of the scan instead of keeping them aside.',
        )
      case 'scan': {
        const group = groups!.get(node)!
        const known = loops!.get(group)
        if (known !== undefined) return known
        loops!.set(group, this.next)
        this.queue.push(group)
        const { body } = group
        this.write('scan', node, inputs, [
          body.length,
          body.reverse ? 1 : 0,
          body.carry.length,
          body.slices.length,
          group.stacked.size,
        ])
        break
      }
      case 'project': {
        const projection = node.payload as Projection
        const group = groups!.get(node.input(0))!
        const result =
          projection.kind === 'carry' ? projection.index : group.body.carry.length + group.stacked.get(projection.node)!
        this.write('project', node, inputs, [result])
        break
      }
      default:
        this.write(node.op, node, inputs, node.attributes)
    }
    order?.push(node)
    return this.next++
  }

  /** `inputs`: the node's own where undefined. */
  private write(op: Op, node: Node, inputs: readonly Node[] | undefined, attributes: readonly number[]): void {
    const { shape } = node
    const count = inputs === undefined ? node.arity : inputs.length
    this.ensure(4 + count + attributes.length + shape.length)
    const { code } = this
    let at = this.length
    const number = opNumber.get(op)!
    const what = opens[number]
    code[at++] = number | ((what & open.dtype) === 0 ? 0 : (dtypeNumber.get(node.dtype)! + 1) << 8)
    code[at++] = count | (attributes.length << 20)
    for (let i = 0; i < count; i++) code[at++] = (inputs === undefined ? node.input(i) : inputs[i]).position
    for (let i = 0; i < attributes.length; i++) code[at++] = attributes[i]!
    if ((what & open.shape) !== 0) {
      code[at++] = shape.length
      for (let i = 0; i < shape.length; i++) code[at++] = shape[i]!
    }
    this.length = at
  }
}

const noInputs: readonly Node[] = []
const zero: readonly number[] = [0]
const one: readonly number[] = [1]
