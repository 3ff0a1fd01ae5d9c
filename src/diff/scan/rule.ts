/**
 * The derivative of a loop is a loop that runs the other way, over the derivative of a step.
 *
 * Its carry is the cotangent of the forward carry. What the derivative of a step reads of the forward step is not
 * computed again: it is asked of the very same scan node, as further stacked results, so that the forward loop runs
 * once. What a captured value receives is summed behind the loop where that is one product or sum (see totals.ts), else
 * in its carry. A step is derived once, whatever the length.
 *
 * The reverse body names what it reads by the forward body's own nodes: they stand among its slices, and nothing below
 * them is looked at. Loops in loops, and derivatives of derivatives, need nothing more.
 */
import { argument, capturesOf, project, scanNode } from '../../array/control.js'
import { isFloat } from '../../array/dtype.js'
import type { Node, ScanBody } from '../../array/node.js'
import { type AnyTensor, nodeOf } from '../../array/tensor.js'
import { add, asTensor, zeros } from '../../array/untyped.js'
import { reverse, type ScanRule, type Seed } from '../reverse.js'
import { isResidualOf, residualsOf, stackedForward, varyingOf } from './residuals.js'
import { totalOutside } from './totals.js'

const standInLike = ({ shape, dtype }: Node): AnyTensor => argument(shape, dtype)
const zerosOf = ({ shape, dtype }: Node): AnyTensor => zeros(shape, dtype)
const where = (count: number, holds: (i: number) => boolean): number[] =>
  Array.from({ length: count }, (_, i) => i).filter(holds)

/** One step, from cotangents of its results to cotangents of its arguments. */
interface Step {
  /** The float carries, the slices and the captures that somebody wants a cotangent of. */
  readonly carries: readonly number[]
  readonly slices: readonly number[]
  readonly captures: readonly number[]
  /** Stand-ins of the cotangents that come in: of the next carry, and of stacked results. */
  readonly carryCotangents: readonly Node[]
  readonly results: readonly { readonly node: Node; readonly slice: Node; readonly cotangent: AnyTensor }[]
  /** Cotangents that go out, where there are any: of carries, slices and captures. */
  readonly ofCarries: readonly (Node | undefined)[]
  readonly ofSlices: readonly (Node | undefined)[]
  readonly ofCaptures: readonly (Node | undefined)[]
}

const stepOf = (body: ScanBody, seeds: readonly Seed[], wanted: (input: number) => boolean): Step => {
  const carries = where(body.carry.length, (i) => isFloat(body.carry[i].dtype))
  const slices = where(body.slices.length, (i) => wanted(body.carry.length + i))
  const captures = where(body.captures.length, (i) => wanted(body.carry.length + body.slices.length + i))
  const carryCotangents = carries.map((i) => standInLike(body.carry[i]))
  const results = seeds.flatMap(({ projection, cotangent }) =>
    projection.kind === 'stacked'
      ? [{ node: projection.node, slice: nodeOf(standInLike(projection.node)), cotangent }]
      : [],
  )
  const cotangents = reverse(
    [...carries.map((i) => body.next[i]), ...results.map(({ node }) => node)],
    [...carryCotangents, ...results.map(({ slice }) => asTensor(slice))],
    [
      ...carries.map((i) => body.carry[i]),
      ...slices.map((i) => body.slices[i]),
      ...captures.map((i) => body.captures[i]),
    ],
    [...body.carry, ...body.slices, ...body.captures],
    scanRule,
  ).map((cotangent) => (cotangent === undefined ? undefined : nodeOf(cotangent)))
  const [c, s] = [carries.length, carries.length + slices.length]
  return {
    carries,
    slices,
    captures,
    carryCotangents: carryCotangents.map(nodeOf),
    results,
    ofCarries: cotangents.slice(0, c),
    ofSlices: cotangents.slice(c, s),
    ofCaptures: cotangents.slice(s),
  }
}

/** The cotangent of a last carry. */
const lastCotangent = (seeds: readonly Seed[], body: ScanBody, carry: number): AnyTensor => {
  const own = seeds.filter(({ projection }) => projection.kind === 'carry' && projection.index === carry)
  return own.length === 0
    ? zerosOf(body.carry[carry])
    : own.map(({ cotangent }) => cotangent).reduce((total, cotangent) => add(total, cotangent))
}

const present = <T>(list: readonly (T | undefined)[]): T[] => list.filter((x): x is T & {} => x !== undefined)

export const scanRule: ScanRule = (scan, seeds, wanted) => {
  const body = scan.payload as ScanBody
  const step = stepOf(body, seeds, wanted)
  const { carryCotangents, results, ofCarries, ofSlices, ofCaptures } = step
  const outside = new Set(body.captures)
  const isResidual = isResidualOf(body, [...body.next, ...results.map(({ node }) => node)])
  const resultSlices = results.map(({ slice }) => slice)

  // Which sums over the steps are taken behind the loop, and which in its carry.
  const made = present([...ofCarries, ...ofSlices, ...ofCaptures])
  const arguments_ = new Set([...carryCotangents, ...resultSlices, ...residualsOf(made, isResidual, outside)])
  const varying = varyingOf(made, arguments_, outside)
  const behind = ofCaptures.map((node) => (node === undefined ? undefined : totalOutside(node, varying)))
  const totals = ofCaptures.map((node, k) =>
    node === undefined || behind[k] !== undefined ? undefined : { node, before: nodeOf(standInLike(node)) },
  )

  const carry = [...carryCotangents, ...present(totals).map(({ before }) => before)]
  const next = [
    ...step.carries.map((i, k) => ofCarries[k] ?? nodeOf(zerosOf(body.carry[i]))),
    ...present(totals).map(({ node, before }) => nodeOf(add(asTensor(before), asTensor(node)))),
  ]
  // Residuals are stacked by the forward loop; the others of these are results of this one.
  const stacks = present(behind).flatMap(({ roots }) => roots.filter((node) => !isResidual(node)))
  const roots = [...next, ...present(ofSlices), ...stacks]
  const residuals = residualsOf(roots, isResidual, outside)
  const slices = [...resultSlices, ...residuals]
  const loop = scanNode(
    [...step.carries.map((i) => lastCotangent(seeds, body, i)), ...carry.slice(step.carries.length).map(zerosOf)],
    [...results.map(({ cotangent }) => cotangent), ...residuals.map((node) => stackedForward(scan, node))],
    {
      length: body.length,
      carry,
      slices,
      captures: capturesOf(roots, new Set([...carry, ...slices]), outside),
      next,
      reverse: !body.reverse,
    },
  )

  const stacked = (node: Node): AnyTensor =>
    isResidual(node)
      ? stackedForward(scan, node)
      : (results.find(({ slice }) => slice === node)?.cotangent ?? project(loop, { kind: 'stacked', node }))
  const given = new Array<AnyTensor | undefined>(scan.arity).fill(undefined)
  step.carries.forEach((i, k) => {
    given[i] = project(loop, { kind: 'carry', index: k })
  })
  step.slices.forEach((i, k) => {
    const node = ofSlices[k]
    if (node !== undefined) given[body.carry.length + i] = stacked(node)
  })
  let index = step.carries.length
  step.captures.forEach((i, k) => {
    const place = body.carry.length + body.slices.length + i
    if (behind[k] !== undefined) given[place] = behind[k].make(stacked)
    else if (totals[k] !== undefined) given[place] = project(loop, { kind: 'carry', index: index++ })
  })
  return given
}
