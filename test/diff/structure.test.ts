/** What a derivative's dataflow looks like: how much work it is. */
import { describe, expect, it } from 'vitest'
import * as P from '../../src/array/index.js'
import { type Node, postOrder, type ScanBody } from '../../src/array/node.js'
import { nodeOf } from '../../src/array/tensor.js'
import * as U from '../../src/array/untyped.js'
import { differentiable } from '../../src/diff/index.js'
import { canonicalize } from '../../src/engine/canonical.js'

type T = P.AnyTensor
const zeros = (...shape: readonly number[]): T => U.zeros(shape, 'float32')
const made = (output: T, cotangent: T): readonly Node[] => {
  const before = new Set(postOrder([nodeOf(output)]))
  return postOrder([nodeOf(cotangent)]).filter((node) => !before.has(node))
}

describe('the gradient of a weight', () => {
  it('shared by a batch is one product over batch and rows', () => {
    const [y, pullback] = differentiable(U.matmul)(zeros(7, 2, 3), zeros(3, 5))
    const nodes = made(y, pullback(P.onesLike(y))[1])
    expect(nodes.filter(({ op }) => op === 'matmul').map(({ inputs }) => inputs.map(({ shape }) => shape))).toEqual([
      [
        [3, 14],
        [14, 5],
      ],
    ])
    expect(nodes.some(({ op }) => op === 'sum')).toBe(false)
  })
  it('of a convolution is one product over image and place', () => {
    const convolve = (x: T, w: T): T => {
      const columns = P.window(x, { size: [3, 3], stride: [1, 1], dilation: [1, 1] })
      return U.matmul(U.reshape(w, [4, 18]), U.reshape(columns, [7, 18, 20]))
    }
    const [y, pullback] = differentiable(convolve)(zeros(7, 2, 6, 7), zeros(4, 2, 3, 3))
    const nodes = made(y, pullback(P.onesLike(y))[1])
    expect(nodes.filter(({ op }) => op === 'matmul').map(({ inputs }) => inputs.map(({ shape }) => shape))).toEqual([
      [
        [4, 140],
        [140, 18],
      ],
    ])
    expect(nodes.some(({ op }) => op === 'sum')).toBe(false)
  })
})

describe('the derivative of a loop', () => {
  const recurrent = (w: T, b: T, xs: T): T =>
    P.scan(
      (h: T, x: T) => {
        const next = U.tanh(U.add(U.add(U.matmul(h, w), b), x))
        return [next, next] as const
      },
      zeros(5, 3),
      xs,
    )[0]
  const derived = (steps: number) => {
    const [y, pullback] = differentiable(recurrent)(zeros(3, 3), zeros(3), zeros(steps, 5, 3))
    return canonicalize([y, ...pullback(P.onesLike(y))].map(nodeOf)).program
  }

  it('is one loop more: the forward loop runs once', () => {
    const loops = derived(4).instructions.filter(({ op }) => op === 'scan')
    expect(loops.map(({ body }) => [body!.length, body!.reverse])).toEqual([
      [4, false],
      [4, true],
    ])
  })
  it('is as small for 1,000 steps as for 10', () => {
    const size = (steps: number): number =>
      derived(steps).instructions.reduce((total, { body }) => total + 1 + (body?.program.instructions.length ?? 0), 0)
    expect(size(1000)).toBe(size(10))
  })
  it('keeps what the step read, and nothing that can be moved again', () => {
    const [forward] = derived(4).instructions.filter(({ op }) => op === 'scan')
    // The hidden state before and after each step.
    expect(forward!.body!.stacked).toBe(2)
  })
  it('sums over the steps behind the loop: one product for the weight, one sum for the bias', () => {
    const { instructions } = derived(4)
    const [, backward] = instructions.filter(({ op }) => op === 'scan')
    expect(backward!.body!.carry).toBe(1)
    expect(
      instructions.filter(({ op }) => op === 'matmul').map(({ inputs }) => instructions[inputs[0]!]!.shape),
    ).toEqual([[3, 20]])
  })
  it('keeps a running total in the carry where the sum is neither', () => {
    const f = (k: T, xs: T): T => P.scan((c: T, x: T) => [U.mul(U.mul(c, k), x), []] as const, zeros(2), xs)[0]
    const [y, pullback] = differentiable(f)(zeros(2), zeros(4, 2))
    const { instructions } = canonicalize([nodeOf(pullback(P.onesLike(y))[0])]).program
    const loops = instructions.filter(({ op }) => op === 'scan')
    expect(loops.map(({ body }) => body!.carry)).toEqual([1, 2])
  })
  it('has a body over nodes of the forward body, each an argument', () => {
    const [y, pullback] = differentiable(recurrent)(zeros(3, 3), zeros(3), zeros(4, 5, 3))
    const scans = postOrder([nodeOf(pullback(P.onesLike(y))[0])]).filter(({ op }) => op === 'scan')
    const [forward, backward] = scans.map(({ payload }) => payload as ScanBody)
    expect(backward!.slices).toContain(forward!.next[0])
  })
})
