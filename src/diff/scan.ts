/**
 * The derivative of a loop is a loop that runs the other way.
 *
 * Its carry is the cotangent of the forward carry, and one running total for each captured value. What the derivative of
 * a step reads of the forward step is not computed again: it is asked of the very same scan node, as further stacked
 * results, so that the forward loop runs once. The body is derived once, whatever the length.
 *
 * The reverse body names what it reads by the forward body's own nodes: they stand among its slices, and nothing below
 * them is looked at. Loops in loops, and derivatives of derivatives, need nothing more.
 */
import { argument, capturesOf, project, scanNode } from '../array/control.js'
import { isFloat } from '../array/dtype.js'
import { type Node, postOrder, type ScanBody } from '../array/node.js'
import { type AnyTensor, nodeOf } from '../array/tensor.js'
import { add, asTensor, zeros } from '../array/untyped.js'
import { reverse, type ScanRule, type Seed } from './reverse.js'

const placeholder = ({ shape, dtype }: Node): AnyTensor => argument(shape, dtype)
const zerosOf = ({ shape, dtype }: Node): AnyTensor => zeros(shape, dtype)

/** The nodes of a body that change from step to step. */
const varyingOf = (body: ScanBody, roots: readonly Node[]): ReadonlySet<Node> => {
  const inside = new Set([...body.carry, ...body.slices])
  const outside = new Set(body.captures)
  const varying = new Set(inside)
  for (const node of postOrder(roots, (node) => !inside.has(node) && !outside.has(node)))
    if (!outside.has(node) && node.inputs.some((input) => varying.has(input))) varying.add(node)
  return varying
}

/** Moving elements costs less than keeping a copy of them for every step. */
const isCheap = ({ op }: Node): boolean => op === 'reshape' || op === 'permute' || op === 'broadcast'

/** What `roots`, made by the derivative, read of the forward step. Results of a loop inside it are read, not the loop. */
const residualsOf = (roots: readonly Node[], body: ScanBody, varying: ReadonlySet<Node>): Node[] => {
  const arguments_ = new Set([...body.carry, ...body.slices])
  const outside = new Set(body.captures)
  const isResidual = (node: Node): boolean =>
    arguments_.has(node) || (node.op === 'project' ? varying.has(node.inputs[0]!) : varying.has(node) && !isCheap(node))
  return postOrder(roots, (node) => !isResidual(node) && !outside.has(node)).filter(isResidual)
}

/** A forward node at every step: a sequence that is there already, or a further result of the forward loop. */
const stacked = (scan: Node, body: ScanBody, node: Node): AnyTensor => {
  const sequence = body.slices.indexOf(node)
  return sequence >= 0 ? asTensor(scan.inputs[body.carry.length + sequence]!) : project(scan, { kind: 'stacked', node })
}

const totalOf = (seeds: readonly Seed[], carry: number): AnyTensor | undefined =>
  seeds.reduce<AnyTensor | undefined>(
    (total, { projection, cotangent }) =>
      projection.kind !== 'carry' || projection.index !== carry
        ? total
        : total === undefined
          ? cotangent
          : add(total, cotangent),
    undefined,
  )

export const scanRule: ScanRule = (scan, seeds, wanted) => {
  const body = scan.payload as ScanBody
  const { carry, slices, captures } = body
  const carries = carry.map((_, i) => i).filter((i) => isFloat(carry[i]!.dtype))
  const wantedSlices = slices.map((_, i) => i).filter((i) => wanted(carry.length + i))
  const wantedCaptures = captures.map((_, i) => i).filter((i) => wanted(carry.length + slices.length + i))

  // One step: from cotangents of its results to cotangents of its arguments.
  const carryCotangents = carries.map((i) => placeholder(carry[i]!))
  const results = seeds.flatMap(({ projection, cotangent }) =>
    projection.kind === 'stacked' ? [{ node: projection.node, cotangent, slice: placeholder(projection.node) }] : [],
  )
  const outputs = [...carries.map((i) => body.next[i]!), ...results.map(({ node }) => node)]
  const inputs = [
    ...carries.map((i) => carry[i]!),
    ...wantedSlices.map((i) => slices[i]!),
    ...wantedCaptures.map((i) => captures[i]!),
  ]
  const cotangents = reverse(
    outputs,
    [...carryCotangents, ...results.map(({ slice }) => slice)],
    inputs,
    [...carry, ...slices, ...captures],
    scanRule,
  )
  const ofSlices = cotangents.slice(carries.length, carries.length + wantedSlices.length)
  const ofCaptures = cotangents.slice(carries.length + wantedSlices.length)

  // The loop.
  const totals = ofCaptures.map((cotangent) => (cotangent === undefined ? undefined : placeholder(nodeOf(cotangent))))
  const present = <T>(list: readonly (T | undefined)[]): T[] => list.filter((x): x is T & {} => x !== undefined)
  const next = [
    ...carries.map((i, k) => cotangents[k] ?? zerosOf(carry[i]!)),
    ...present(ofCaptures.map((cotangent, k) => (cotangent === undefined ? undefined : add(totals[k]!, cotangent)))),
  ].map(nodeOf)
  const roots = [...next, ...present(ofSlices).map(nodeOf)]
  const residuals = residualsOf(roots, body, varyingOf(body, outputs))
  const reverseCarry = [...carryCotangents, ...present(totals)].map(nodeOf)
  const reverseSlices = [...results.map(({ slice }) => nodeOf(slice)), ...residuals]
  const loop = scanNode(
    [
      ...carries.map((i) => totalOf(seeds, i) ?? zerosOf(carry[i]!)),
      ...reverseCarry.slice(carries.length).map(zerosOf),
    ],
    [...results.map(({ cotangent }) => cotangent), ...residuals.map((node) => stacked(scan, body, node))],
    {
      length: body.length,
      carry: reverseCarry,
      slices: reverseSlices,
      captures: capturesOf(roots, new Set([...reverseCarry, ...reverseSlices]), new Set(captures)),
      next,
      reverse: !body.reverse,
    },
  )

  const given = new Array<AnyTensor | undefined>(scan.inputs.length).fill(undefined)
  carries.forEach((i, k) => {
    given[i] = project(loop, { kind: 'carry', index: k })
  })
  wantedSlices.forEach((i, k) => {
    const cotangent = ofSlices[k]
    if (cotangent !== undefined) given[carry.length + i] = project(loop, { kind: 'stacked', node: nodeOf(cotangent) })
  })
  let index = carries.length
  wantedCaptures.forEach((i, k) => {
    if (ofCaptures[k] !== undefined)
      given[carry.length + slices.length + i] = project(loop, { kind: 'carry', index: index++ })
  })
  return given
}
