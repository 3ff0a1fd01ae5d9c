/**
 * Loops, reduces and matmuls from groups: expressions for what they store, one nest for all that they touch, and copies
 * where something does not fit that nest.
 */
import { type Shape, sizeOf } from '../../array/shape.js'
import type { Access, Body, Operand } from '../kernel.js'
import { isReduce } from './analysis.js'
import { type Expression, expression, operandOf } from './expression.js'
import { type Fitted, fitNest, type Slot } from './fit.js'
import type { Group, Root } from './groups.js'
import { matmulAxes } from './matmul.js'
import {
  accessOf,
  copyKernel,
  instructionOf,
  madeContiguous,
  newBuffer,
  partOf,
  type State,
  type Stored,
  storageOf,
} from './state.js'
import { contiguous, type Move, moved } from './view.js'

/** A scalar program on its way: the values it stores, and the groups of dims that its accesses span. */
interface Draft {
  readonly expression: Expression
  readonly stores: { value: number; to: Stored }[]
  readonly spans: readonly number[]
  readonly permute: Slot['permute']
}

const targetOf = (state: State, { node, target }: Root): Stored => {
  if (target.kind === 'part') return partOf(state, target.owner, target.part)
  if (target.kind === 'value') return storageOf(state, node)
  const { dtype, shape } = instructionOf(state, node)
  const size = sizeOf(shape)
  const role = { kind: 'output', index: target.index } as const
  return { buffer: newBuffer(state, dtype, size, role), dtype, view: contiguous(size) }
}

const mainDraft = (state: State, group: Group, spans: readonly number[]): Draft => {
  const own = expression(state, group, 'main')
  const stores = group.roots.map((root) => ({ value: own.value(root.node), to: targetOf(state, root) }))
  return { expression: own, stores, spans, permute: undefined }
}

const slotsOf = ({ expression: own, stores, spans, permute }: Draft): Slot[] => {
  const slots: Slot[] = []
  for (const { to } of stores) slots.push({ view: to.view, permute, spans })
  for (const { stored } of own.leaves()) slots.push({ view: stored.view, permute, spans })
  return slots
}

/** A store that does not fit goes to a temporary, and on to its place after the kernel. */
const detour = (state: State, store: { to: Stored }): void => {
  const { to } = store
  const size = to.view.digits.reduce((n, digit) => n * digit.size, 1)
  const made: Stored = { buffer: newBuffer(state, to.dtype, size), dtype: to.dtype, view: contiguous(size) }
  state.later.push(copyKernel(made, to))
  store.to = made
}

interface Operands {
  readonly slots: readonly Slot[]
  readonly materialise: (slot: number) => void
}

/** The nest of drafts and further operands, after whatever copies it takes. */
const fitAll = (
  state: State,
  sizes: readonly number[],
  drafts: readonly Draft[],
  further: () => Operands = () => ({ slots: [], materialise: () => {} }),
): { readonly fitted: Fitted; readonly first: readonly number[] } => {
  for (;;) {
    const others = further()
    const lists = [...drafts.map(slotsOf), others.slots]
    const fitted = fitNest(sizes, lists.flat())
    const first: number[] = []
    let count = 0
    for (const list of lists) {
      first.push(count)
      count += list.length
    }
    if (typeof fitted !== 'number') return { fitted, first }
    let at = lists.length - 1
    while (first[at] > fitted) at--
    const slot = fitted - first[at]
    const draft = drafts[at]
    if (draft === undefined) others.materialise(slot)
    else if (slot < draft.stores.length) detour(state, draft.stores[slot])
    else draft.expression.materialise(slot - draft.stores.length)
  }
}

const bodyOf = (draft: Draft, fitted: Fitted, first: number): Body & { readonly number: (value: number) => number } => {
  const { expression: own, stores } = draft
  const strides = (slot: number): number[] => fitted.strides[first + slot].flat()
  const leaves = own.leaves()
  const { operands, steps, number } = own.finish(
    (leaf): Operand => operandOf(leaves[leaf], strides(stores.length + leaf)),
  )
  return {
    operands,
    steps,
    stores: stores.map(({ value, to }, i) => ({ value: number(value), access: accessOf(to, strides(i)) })),
    number,
  }
}

const plain = ({ operands, steps, stores }: Body): Body => ({ operands, steps, stores })

export const emitLoop = (state: State, group: Group): void => {
  const draft = mainDraft(state, group, [0])
  const { fitted, first } = fitAll(state, [group.size], [draft])
  state.kernels.push({ kind: 'loop', dims: fitted.dims[0], ...plain(bodyOf(draft, fitted, first[0])) })
}

const permutation = (shape: Shape, axes: readonly number[]): Move | undefined =>
  axes.every((axis, i) => axis === i)
    ? undefined
    : { op: 'permute', attributes: axes, from: shape, to: axes.map((axis) => shape[axis]) }

export const emitReduce = (state: State, group: Group): void => {
  const { op, inputs, attributes: reduced } = instructionOf(state, group.anchor)
  if (!isReduce(op)) throw new Error(`pullback: ${op} is no reduction; please report this`)
  const { shape } = instructionOf(state, inputs[0])
  // The row is the last run of reduced axes that are neighbours.
  let rowStart = reduced.length - 1
  while (rowStart > 0 && reduced[rowStart - 1] === reduced[rowStart] - 1) rowStart--
  const row = reduced.slice(rowStart)
  const outer = reduced.slice(0, rowStart)
  const kept = shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis))
  const sizes = [kept, outer, row].map((axes) => sizeOf(axes.map((axis) => shape[axis])))

  const own = expression(state, group, 'body')
  const reducedValue = own.value(inputs[0])
  const body: Draft = {
    expression: own,
    stores: group.bodyRoots.map((node) => ({ value: own.value(node), to: storageOf(state, node) })),
    spans: [0, 1, 2],
    permute: permutation(shape, [...kept, ...outer, ...row]),
  }
  const epilogue = mainDraft(state, group, [0])
  const { fitted, first } = fitAll(state, sizes, [epilogue, body])
  const made = bodyOf(body, fitted, first[1])
  state.kernels.push({
    kind: 'reduce',
    op: op as 'sum',
    dims: fitted.dims.flat(),
    kept: fitted.dims[0].length,
    outer: fitted.dims[1].length,
    value: made.number(reducedValue),
    ...plain(made),
    epilogue: plain(bodyOf(epilogue, fitted, first[0])),
  })
}

/** A matmul operand in the shape [...batch, rows, columns], however it lies. */
const operandView = (state: State, node: number, batch: readonly number[]): Stored => {
  const moves: Move[] = []
  let at = node
  while (!(instructionOf(state, at).op === 'input' || state.grouping.home[at] !== undefined)) {
    const { op, shape, inputs, attributes } = instructionOf(state, at)
    const from = instructionOf(state, inputs[0]).shape
    if (op !== 'reshape' && op !== 'barrier') moves.push({ op: op as Move['op'], attributes, from, to: shape })
    at = inputs[0]!
  }
  const { shape } = instructionOf(state, node)
  const whole = [...batch, ...shape.slice(-2)]
  let stored = storageOf(state, at)
  for (const move of [...moves.reverse(), { op: 'broadcast', attributes: [], from: shape, to: whole } as const]) {
    let view = moved(stored.view, move)
    if (view === undefined) {
      stored = madeContiguous(state, stored)
      view = moved(stored.view, move)!
    }
    stored = { ...stored, view }
  }
  return stored
}

export const emitMatmul = (state: State, group: Group): void => {
  const { shape, inputs } = instructionOf(state, group.anchor)
  const batch = shape.slice(0, -2)
  const [rows, columns] = shape.slice(-2) as [number, number]
  const inner = instructionOf(state, inputs[0]).shape.at(-1)!
  const sizes = [sizeOf(batch), rows, columns, inner]
  const operands = inputs.map((input) => operandView(state, input, batch))
  const epilogue = mainDraft(state, group, [0, 1, 2])
  const { fitted, first } = fitAll(state, sizes, [epilogue], () => ({
    slots: [
      { view: operands[0].view, permute: undefined, spans: [0, 1, 3] },
      { view: operands[1].view, permute: undefined, spans: [0, 3, 2] },
    ],
    materialise: (slot) => {
      operands[slot] = madeContiguous(state, operands[slot])
    },
  }))
  const [a, b] = [fitted.strides[first[1]], fitted.strides[first[1] + 1]]
  const accesses: readonly [Access, Access] = [accessOf(operands[0], a.flat()), accessOf(operands[1], b.flat())]
  const drafted = plain(bodyOf(epilogue, fitted, first[0]))
  state.kernels.push(matmulAxes(fitted.dims as [number[], number[], number[], number[]], accesses, drafted))
}
