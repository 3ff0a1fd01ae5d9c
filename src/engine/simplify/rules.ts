/**
 * Rewrites that keep every bit. x + 0 is not among them, for floats: it turns -0 into 0. Nor is anything that changes an
 * order of operations. Arrays without elements become broadcast constants, so that nothing after this has to think of
 * them.
 */
import { isFloat } from '../../array/dtype.js'
import { type Shape, sameShape, sizeOf } from '../../array/shape.js'
import type { Instruction } from '../program.js'
import { padSum } from './padSum.js'
import type { Rewriter } from './rewriter.js'

const make = (
  like: Instruction,
  op: Instruction['op'],
  inputs: readonly number[],
  attributes: readonly number[],
  shape: Shape = like.shape,
): Instruction => ({ op, dtype: like.dtype, shape, inputs, attributes, body: undefined })

/** Every element of `like` is `value`. */
export const filled = (rewriter: Rewriter, like: Instruction, value: number): number => {
  const constant = rewriter.emit(make(like, 'constant', [], [value], []))
  return like.shape.length === 0 ? constant : rewriter.emit(make(like, 'broadcast', [constant], []))
}

/** `id` in the shape of `like`. */
const spread = (rewriter: Rewriter, like: Instruction, id: number): number =>
  sameShape(rewriter.instruction(id).shape, like.shape) ? id : rewriter.emit(make(like, 'broadcast', [id], []))

type Rule = (rewriter: Rewriter, it: Instruction) => number | undefined

const neutral =
  (left: number | undefined, right: number | undefined, floats = true): Rule =>
  (rewriter, it) => {
    if (!floats && isFloat(it.dtype)) return undefined
    const a = it.inputs[0]
    const b = it.inputs[1]
    if (right !== undefined && rewriter.constantOf(b) === right) return spread(rewriter, it, a)
    if (left !== undefined && rewriter.constantOf(a) === left) return spread(rewriter, it, b)
    return undefined
  }

/** a + (-b) = a - b, and a - (-b) = a + b: rounding does not look at the sign. */
const absorbNegation =
  (other: 'add' | 'sub'): Rule =>
  (rewriter, it) => {
    const second = rewriter.instruction(it.inputs[1])
    return second.op === 'neg' ? rewriter.emit(make(it, other, [it.inputs[0], second.inputs[0]], [])) : undefined
  }

const first = (...rules: readonly Rule[]): Rule => {
  return (rewriter, it) => {
    for (let i = 0; i < rules.length; i++) {
      const found = rules[i](rewriter, it)
      if (found !== undefined) return found
    }
    return undefined
  }
}

const undoes =
  (op: 'neg' | 'bitcast'): Rule =>
  (rewriter, it) => {
    const inner = rewriter.instruction(it.inputs[0])
    if (inner.dtype === it.dtype && op === 'bitcast') return it.inputs[0]
    if (inner.op !== op) return undefined
    const source = inner.inputs[0]
    if (rewriter.instruction(source).dtype === it.dtype) return source
    return op === 'bitcast' ? rewriter.emit({ ...it, inputs: [source] }) : undefined
  }

/** A bool survives every dtype. */
const castRule: Rule = (rewriter, it) => {
  const inner = rewriter.instruction(it.inputs[0])
  if (inner.dtype === it.dtype) return it.inputs[0]
  if (inner.op !== 'cast') return undefined
  const source = rewriter.instruction(inner.inputs[0])
  if (source.dtype !== 'bool') return undefined
  return it.dtype === 'bool' ? inner.inputs[0] : rewriter.emit({ ...it, inputs: inner.inputs })
}

const selectRule: Rule = (rewriter, it) => {
  const [condition, a, b] = it.inputs as readonly [number, number, number]
  const known = rewriter.constantOf(condition)
  if (known !== undefined) return spread(rewriter, it, known === 0 ? b : a)
  return a === b ? spread(rewriter, it, a) : undefined
}

const reshapeRule: Rule = (rewriter, it) => {
  const source = rewriter.instruction(it.inputs[0])
  if (sameShape(source.shape, it.shape)) return it.inputs[0]
  return source.op === 'reshape' ? rewriter.emit({ ...it, inputs: source.inputs }) : undefined
}

const permuteRule: Rule = (rewriter, it) => {
  if (it.attributes.every((axis, i) => axis === i)) return it.inputs[0]
  const source = rewriter.instruction(it.inputs[0])
  if (source.op !== 'permute') return undefined
  const axes = it.attributes.map((axis) => source.attributes[axis])
  return rewriter.emit({ ...it, inputs: source.inputs, attributes: axes })
}

const broadcastRule: Rule = (rewriter, it) => {
  const source = rewriter.instruction(it.inputs[0])
  if (sameShape(source.shape, it.shape)) return it.inputs[0]
  return source.op === 'broadcast' ? rewriter.emit({ ...it, inputs: source.inputs }) : undefined
}

const flipRule: Rule = (rewriter, it) => {
  const source = rewriter.instruction(it.inputs[0])
  if (source.op !== 'flip') return undefined
  const axes = it.shape.map((_, i) => i).filter((i) => it.attributes.includes(i) !== source.attributes.includes(i))
  return axes.length === 0 ? source.inputs[0] : rewriter.emit({ ...it, inputs: source.inputs, attributes: axes })
}

const sliceRule: Rule = (rewriter, it) => {
  const source = rewriter.instruction(it.inputs[0])
  const rank = it.shape.length
  const begin = it.attributes.slice(0, rank)
  const step = it.attributes.slice(rank)
  if (sameShape(source.shape, it.shape)) return it.inputs[0]
  const last = (axis: number): number => begin[axis] + (it.shape[axis] - 1) * step[axis]
  const from = (input: number, moved: readonly number[], steps: readonly number[]): number =>
    rewriter.emit({ ...it, inputs: [input], attributes: [...moved, ...steps] })
  if (source.op === 'slice') {
    const outer = source.attributes
    const moved = begin.map((start, i) => outer[i] + start * outer[rank + i])
    const steps = step.map((n, i) => n * outer[rank + i])
    return from(source.inputs[0], moved, steps)
  }
  if (source.op === 'pad') {
    const inner = rewriter.instruction(source.inputs[0]).shape
    const moved = begin.map((start, i) => start - source.attributes[2 * i])
    const inside = moved.every((start, i) => start >= 0 && last(i) - source.attributes[2 * i] < inner[i])
    return inside ? from(source.inputs[0], moved, step) : undefined
  }
  if (source.op === 'concat') {
    const axis = source.attributes[0]
    let offset = 0
    for (const part of source.inputs) {
      const size = rewriter.instruction(part).shape[axis]
      if (begin[axis] >= offset && last(axis) < offset + size)
        return from(
          part,
          begin.map((start, i) => (i === axis ? start - offset : start)),
          step,
        )
      offset += size
    }
  }
  return undefined
}

const concatRule: Rule = (rewriter, it) => {
  const parts = it.inputs.filter((part) => sizeOf(rewriter.instruction(part).shape) > 0)
  if (parts.length === it.inputs.length) return parts.length === 1 ? parts[0] : undefined
  return parts.length === 1 ? parts[0] : rewriter.emit({ ...it, inputs: parts })
}

/** Sums over no elements. */
const emptyRule: Rule = (rewriter, it) => {
  const empty = it.inputs.some((input) => sizeOf(rewriter.instruction(input).shape) === 0)
  if (!empty) return undefined
  if (it.op === 'prod') return filled(rewriter, it, 1)
  if (it.op === 'pad') {
    const value = it.inputs[1]
    return sizeOf(rewriter.instruction(value).shape) === 0 ? undefined : spread(rewriter, it, value)
  }
  return filled(rewriter, it, 0)
}

export const rules: Readonly<Partial<Record<Instruction['op'], Rule>>> = {
  add: first(neutral(0, 0, false), absorbNegation('sub'), padSum),
  sub: first(neutral(undefined, 0), absorbNegation('add')),
  mul: neutral(1, 1),
  div: neutral(undefined, 1),
  or: neutral(0, 0),
  xor: neutral(0, 0),
  shiftLeft: neutral(undefined, 0),
  shiftRight: neutral(undefined, 0),
  neg: undoes('neg'),
  bitcast: undoes('bitcast'),
  cast: castRule,
  select: selectRule,
  reshape: reshapeRule,
  permute: permuteRule,
  broadcast: broadcastRule,
  flip: flipRule,
  slice: sliceRule,
  concat: concatRule,
  ...{ sum: emptyRule, prod: emptyRule, matmul: emptyRule, pad: emptyRule },
  ...{ overlapAdd: emptyRule, scatterAdd: emptyRule, gather: emptyRule },
}
