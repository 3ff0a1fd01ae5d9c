/** What the parts of a lowering share: the program, its grouping, and the buffers and kernels made so far. */
import type { DType } from '../../array/dtype.js'
import { sizeOf, stridesOf } from '../../array/shape.js'
import type { Access, Kernel } from '../kernel.js'
import type { Instruction, Program } from '../program.js'
import type { Grouping } from './group.js'
import { contiguous, type Digit, isContiguous, join, type View } from './view.js'

export type Role =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }
  | { readonly kind: 'temporary' }
export interface DraftBuffer {
  readonly dtype: DType
  readonly size: number
  readonly role: Role
}

/** A place in memory, seen through a view. */
export interface Stored {
  readonly buffer: number
  readonly dtype: DType
  readonly view: View
}

export interface State {
  readonly program: Program
  readonly grouping: Grouping
  readonly buffers: DraftBuffer[]
  readonly kernels: Kernel[]
  readonly storage: Map<number, Stored>
  /** Output number of the instructions whose buffers are outputs. */
  readonly outputOf: ReadonlyMap<number, number>
  /** Loops that must run after the kernel that is being made. */
  readonly later: Kernel[]
}

export const newBuffer = (state: State, dtype: DType, size: number, role: Role = { kind: 'temporary' }): number =>
  state.buffers.push({ dtype, size, role }) - 1

export const instructionOf = (state: State, node: number): Instruction => state.program.instructions[node]

/** The region of a pad's or concat's result that one operand fills, as a view of the whole. */
const partView = (state: State, owner: number, part: number): View => {
  const { op, shape, inputs, attributes } = instructionOf(state, owner)
  const strides = stridesOf(shape)
  const own = instructionOf(state, inputs[part]).shape
  let offset = 0
  if (op === 'pad') for (let axis = 0; axis < shape.length; axis++) offset += attributes[2 * axis] * strides[axis]
  else
    for (let before = 0; before < part; before++)
      offset += instructionOf(state, inputs[before]).shape[attributes[0]] * strides[attributes[0]]
  return { offset, digits: join(own.map((size, axis): Digit => ({ size, stride: strides[axis] }))) }
}

/** Where an instruction's result is. */
export const storageOf = (state: State, node: number): Stored => {
  const known = state.storage.get(node)
  if (known !== undefined) return known
  const made = allocate(state, node)
  state.storage.set(node, made)
  return made
}

const allocate = (state: State, node: number): Stored => {
  const { dtype, shape } = instructionOf(state, node)
  const { home, whole } = state.grouping
  if (!whole[node])
    for (const root of home[node]?.roots ?? [])
      if (root.node === node && root.target.kind === 'part') return partOf(state, root.target.owner, root.target.part)
  const output = state.outputOf.get(node)
  const role: Role = output === undefined ? { kind: 'temporary' } : { kind: 'output', index: output }
  return { buffer: newBuffer(state, dtype, sizeOf(shape), role), dtype, view: contiguous(sizeOf(shape)) }
}

/** Where an operand of a pad or concat goes. */
export const partOf = (state: State, owner: number, part: number): Stored => {
  const { buffer, dtype } = storageOf(state, owner)
  return { buffer, dtype, view: partView(state, owner, part) }
}

export const accessOf = ({ buffer, view }: Stored, strides: readonly number[]): Access => ({
  buffer,
  offset: view.offset,
  strides,
})

/** A loop that moves elements from one place to another; one of the two lies in order. */
export const copyKernel = (from: Stored, to: Stored, kind: 'load' | 'index' = 'load'): Kernel => {
  const digits = isContiguous(to.view) ? from.view.digits : to.view.digits
  const dims = digits.map(({ size }) => size)
  const ordered = stridesOf(dims)
  const stridesFor = ({ view }: Stored): readonly number[] =>
    view.digits === digits ? digits.map(({ stride }) => stride) : ordered
  const source = accessOf(from, stridesFor(from))
  return {
    kind: 'loop',
    dims,
    operands: [
      kind === 'load'
        ? { kind, dtype: from.dtype, access: source }
        : { kind, dtype: from.dtype, offset: source.offset, strides: source.strides },
    ],
    steps: [],
    stores: [{ value: 0, access: accessOf(to, stridesFor(to)) }],
  }
}

/** The same elements in order in a new buffer. */
export const madeContiguous = (state: State, from: Stored, kind: 'load' | 'index' = 'load'): Stored => {
  const size = from.view.digits.reduce((n, digit) => n * digit.size, 1)
  const to: Stored = { buffer: newBuffer(state, from.dtype, size), dtype: from.dtype, view: contiguous(size) }
  state.kernels.push(copyKernel(from, to, kind))
  return to
}
