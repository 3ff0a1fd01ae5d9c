/** Derivatives of functions that only move elements: each is linear, and its rule is its adjoint. */
import { sizeOf, stridesOf } from '../../array/shape.js'
import type { AnyTensor } from '../../array/tensor.js'
import {
  add,
  asTensor,
  filled,
  flip,
  iota,
  maximum,
  minimum,
  mul,
  pad,
  permute,
  reshape,
  scatterAdd,
  select,
  slice,
  sum,
} from '../../array/untyped.js'
import { unbroadcastAny } from '../unbroadcast.js'
import type { Rule } from './rule.js'

const permuteRule: Rule = (c, node) => {
  const inverse = node.attributes.map((_, axis) => node.attributes.indexOf(axis))
  return permute(c, inverse)
}

const pairs = (attributes: readonly number[]): (readonly [number, number])[] =>
  Array.from({ length: attributes.length / 2 }, (_, i) => [attributes[2 * i], attributes[2 * i + 1]] as const)

/** Input 1 is the scalar that fills: it takes what stands in the margin. */
const padRule: Rule = (c, node, input) => {
  const padding = pairs(node.attributes)
  const inner = node.input(0).shape
  if (input === 0)
    return slice(
      c,
      padding.map(([before]) => before),
      inner.map((size, axis) => padding[axis][0] + size),
    )
  const margin = pad(filled(inner, false, 'bool'), padding, true)
  return sum(
    select(margin, c, 0),
    c.shape.map((_, axis) => axis),
  )
}

/** step - 1 zeros after each element, cut to at most `room` elements. */
const dilated = (c: AnyTensor, step: readonly number[], room: readonly number[]): AnyTensor => {
  if (step.every((n) => n === 1)) return c
  const cells = reshape(
    c,
    c.shape.flatMap((size) => [size, 1]),
  )
  const wide = pad(
    cells,
    step.flatMap((n) => [[0, 0] as const, [0, n - 1] as const]),
  )
  const joined = reshape(
    wide,
    c.shape.map((size, axis) => size * step[axis]),
  )
  return slice(
    joined,
    c.shape.map(() => 0),
    joined.shape.map((size, axis) => Math.min(size, room[axis])),
  )
}

/** attributes: begin of all axes, then step of all axes. */
const sliceRule: Rule = (c, node) => {
  const { shape } = node.input(0)
  const begin = node.attributes.slice(0, shape.length)
  const room = shape.map((size, axis) => size - begin[axis])
  const spread = dilated(c, node.attributes.slice(shape.length), room)
  return pad(
    spread,
    begin.map((before, axis) => [before, room[axis] - spread.shape[axis]] as const),
  )
}

const concatRule: Rule = (c, node, input) => {
  const axis = node.attributes[0]
  let begin = 0
  for (let i = 0; i < input; i++) begin += node.input(i).shape[axis]
  const size = node.input(input).shape[axis]
  return slice(
    c,
    c.shape.map((_, i) => (i === axis ? begin : 0)),
    c.shape.map((n, i) => (i === axis ? begin + size : n)),
  )
}

/** Every element is added to the place of a flat table that it was read from. The corner is clamped as it was there. */
const dynamicSliceRule: Rule = (c, node) => {
  const { shape } = node.input(0)
  const starts = asTensor(node.input(1))
  const strides = stridesOf(shape)
  let place: AnyTensor = filled([], 0, 'int32')
  c.shape.forEach((size, axis) => {
    const along = reshape(iota([size]), [size, ...c.shape.slice(axis + 1).map(() => 1)])
    const room = shape[axis] - size
    const start = reshape(slice(starts, [axis], [axis + 1]), [])
    const corner = room === 0 ? 0 : minimum(maximum(start, 0), room)
    place = add(place, mul(add(along, corner), strides[axis]))
  })
  const count = sizeOf(c.shape)
  return reshape(scatterAdd(reshape(place, [count]), reshape(c, [count]), sizeOf(shape)), shape)
}

export const moveRules: Readonly<Record<string, Rule>> = {
  reshape: (c, node) => reshape(c, node.input(0).shape),
  permute: permuteRule,
  broadcast: (c, node) => unbroadcastAny(c, node.input(0).shape),
  pad: padRule,
  slice: sliceRule,
  flip: (c, node) => flip(c, node.attributes),
  concat: concatRule,
  dynamicSlice: dynamicSliceRule,
}
