/**
 * The scalar program of a kernel: from the values that it stores down to what is in memory, through views.
 *
 * A move between two elementwise instructions is not carried out: it is remembered on the way down, and applied to the
 * view of each load that is found there.
 */
import { type Shape, sameShape, sizeOf } from '../../array/shape.js'
import type { Operand, Step } from '../kernel.js'
import type { InstructionOp } from '../program.js'
import { isElementwise, isMove } from './analysis.js'
import type { Group, Section } from './groups.js'
import { instructionOf, madeContiguous, type State, type Stored, storageOf } from './state.js'
import { contiguous, type Move, moved, type View } from './view.js'

/** A load or an index, seen from the kernel's places. */
export interface Leaf {
  readonly kind: 'load' | 'index'
  readonly stored: Stored
}
type Source = Leaf | Exclude<Operand, { kind: 'load' | 'index' }>

/** Moves that were met on the way down, the innermost first. */
interface Chain {
  readonly id: number
  /** The instruction that moves, or -1 - the operand that is broadcast. */
  readonly node: number
  readonly move: Move
  readonly outer: Chain | undefined
}

export interface Expression {
  /** Operand v is number -1 - v, step v is number v, until `finish` numbers them as kernels do. */
  readonly value: (node: number) => number
  readonly leaves: () => readonly Leaf[]
  /** Makes the elements of a leaf contiguous first. */
  readonly materialise: (leaf: number) => void
  readonly finish: (leafOperand: (leaf: number) => Operand) => {
    readonly operands: readonly Operand[]
    readonly steps: readonly Step[]
    readonly number: (value: number) => number
  }
}

const sameView = (a: View, b: View): boolean => {
  if (a === b) return true
  if (a.offset !== b.offset || a.digits.length !== b.digits.length) return false
  for (let i = 0; i < a.digits.length; i++)
    if (a.digits[i].size !== b.digits[i].size || a.digits[i].stride !== b.digits[i].stride) return false
  return true
}

const sameSource = (a: Source, b: Source): boolean => {
  if (a.kind !== b.kind) return false
  if ('stored' in a && 'stored' in b)
    return (
      a.stored.buffer === b.stored.buffer && a.stored.dtype === b.stored.dtype && sameView(a.stored.view, b.stored.view)
    )
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.index === b.index
  if (a.kind === 'constant' && b.kind === 'constant') return a.dtype === b.dtype && Object.is(a.value, b.value)
  return a.kind === 'result'
}

const isNumber = (op: InstructionOp): boolean => op === 'constant' || op === 'scalar'

export const expression = (state: State, group: Group, section: Section): Expression => {
  const { home, sections } = state.grouping
  const sources: Source[] = []
  const steps: Step[] = []
  /** Values by node and chain. */
  const values = new Map<number, number>()
  const chains: Chain[] = []

  /** Which of the sources are leaves. */
  const leaves: number[] = []

  const append = (source: Source): number => {
    if (source.kind === 'load' || source.kind === 'index') leaves.push(sources.length)
    return -sources.push(source)
  }
  const addSource = (source: Source): number => {
    for (let i = 0; i < sources.length; i++) if (sameSource(sources[i], source)) return -1 - i
    return append(source)
  }

  const extend = (outer: Chain | undefined, node: number, move: Move): Chain => {
    for (let i = 0; i < chains.length; i++) {
      const chain = chains[i]
      if (chain.outer === outer && chain.node === node && sameShape(chain.move.to, move.to)) return chain
    }
    const made = { id: chains.length + 1, node, move, outer }
    chains.push(made)
    return made
  }
  /** The broadcast that an operand of another shape goes through; a number is the same everywhere. */
  const spread = (outer: Chain | undefined, operand: number, to: Shape): Chain | undefined => {
    const { op, shape: from } = instructionOf(state, operand)
    return isNumber(op) || sameShape(from, to) || sizeOf(from) === sizeOf(to)
      ? outer
      : extend(outer, -1 - operand, { op: 'broadcast', attributes: [], from, to })
  }

  const addLeaf = (kind: Leaf['kind'], start: Stored, chain: Chain | undefined): number => {
    let stored = start
    let leafKind = kind
    for (let at = chain; at !== undefined; at = at.outer) {
      let view = moved(stored.view, at.move)
      if (view === undefined) {
        stored = madeContiguous(state, stored, leafKind)
        leafKind = 'load'
        view = moved(stored.view, at.move)!
      }
      stored = { ...stored, view }
    }
    return addSource({ kind: leafKind, stored })
  }

  const isHere = (node: number): boolean => home[node] === group && sections[node] === section
  const isStored = (node: number): boolean => instructionOf(state, node).op === 'input' || home[node] !== undefined

  const build = (node: number, chain: Chain | undefined): number => {
    const { op, dtype, shape, inputs, attributes } = instructionOf(state, node)
    // Instructions differ, so these do.
    if (op === 'constant') return append({ kind: 'constant', dtype, value: attributes[0] })
    if (op === 'scalar') return append({ kind: 'scalar', dtype, index: attributes[0] })
    if (op === 'iota') return addLeaf('index', { buffer: -1, dtype, view: contiguous(sizeOf(shape)) }, chain)
    if (node === group.anchor && section === 'main') return addSource({ kind: 'result', dtype })
    if (isStored(node) && !isHere(node)) return addLeaf('load', storageOf(state, node), chain)
    if (!isElementwise(op)) throw new Error(`pullback: ${op} within a loop; please report this`)
    const args = inputs.map((input) => value(input, spread(chain, input, shape)))
    return steps.push({ op, dtype, args }) - 1
  }

  const value = (from: number, outer: Chain | undefined): number => {
    let node = from
    let chain = outer
    for (;;) {
      const { op, shape, inputs, attributes } = instructionOf(state, node)
      if (!isMove(op) || (isStored(node) && !isHere(node))) break
      const source = instructionOf(state, inputs[0]).shape
      if (op !== 'reshape' && op !== 'barrier')
        chain = extend(chain, node, { op: op as Move['op'], attributes, from: source, to: shape })
      node = inputs[0]!
    }
    const { op } = instructionOf(state, node)
    const key = node + (isNumber(op) || chain === undefined ? 0 : chain.id * 0x8000000)
    const known = values.get(key)
    if (known !== undefined) return known
    const made = build(node, chain)
    values.set(key, made)
    return made
  }

  return {
    value: (node) => value(node, undefined),
    leaves: () => leaves.map((at) => sources[at] as Leaf),
    materialise: (leaf) => {
      const at = leaves[leaf]
      const { kind, stored } = sources[at] as Leaf
      sources[at] = { kind: 'load', stored: madeContiguous(state, stored, kind) }
    },
    finish: (leafOperand) => {
      let leaf = 0
      const operands = sources.map((source) => ('stored' in source ? leafOperand(leaf++) : source))
      const number = (v: number): number => (v < 0 ? -1 - v : operands.length + v)
      return { operands, steps: steps.map((step) => ({ ...step, args: step.args.map(number) })), number }
    },
  }
}

/** The operand of a leaf, once the strides of its access are known. */
export const operandOf = ({ kind, stored }: Leaf, strides: readonly number[]): Operand =>
  kind === 'load'
    ? { kind, dtype: stored.dtype, access: { buffer: stored.buffer, offset: stored.view.offset, strides } }
    : { kind, dtype: stored.dtype, offset: stored.view.offset, strides }
