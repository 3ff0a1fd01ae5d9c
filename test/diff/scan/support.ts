/** Loops, the same steps written out, and what the derivative of a loop is made of. */
import { expect } from 'vitest'
import * as P from '../../../src/array/index.js'
import { nodeOf } from '../../../src/array/tensor.js'
import * as U from '../../../src/array/untyped.js'
import { reference } from '../../../src/backend/reference/index.js'
import { differentiable } from '../../../src/diff/index.js'
import { canonicalize } from '../../../src/engine/canonical.js'
import type { Instruction, ScanProgram } from '../../../src/engine/program.js'
import { between, type T } from '../cases/case.js'

export const device = reference()
export const numbers = (tree: unknown): number[] =>
  P.leaves(device.evaluateSync(tree)).flatMap((x) => [...P.toArray(x)])

/** A step of a loop over `xs` that carries `h` along and captures `k`. */
export type Step = (k: T, h: T, x: T) => readonly [h: T, y: T]
/** Of k, the first carry and the sequence. */
export type Loop = (k: T, h: T, xs: T) => readonly [last: T, ys: T]

export const looped =
  (step: Step): Loop =>
  (k, h, xs) =>
    P.scan((carry: T, x: T) => step(k, carry, x), h, xs)

export const written =
  (step: Step): Loop =>
  (k, h, xs) => {
    const ys: T[] = []
    let carry = h
    const [steps, ...rest] = xs.shape as readonly [number, ...number[]]
    for (let t = 0; t < steps; t++) {
      const begin = [t, ...rest.map(() => 0)]
      const [next, y] = step(k, carry, U.reshape(U.slice(xs, begin, [t + 1, ...rest]), rest))
      carry = next
      ys.push(U.reshape(y, [1, ...y.shape]))
    }
    return [carry, P.concatAll(ys as unknown as readonly P.Tensor[], 0) as unknown as T]
  }

type Wanted = readonly ('k' | 'h' | 'xs')[]

/** Cotangents of the arguments that are wanted; the others are constants. */
export const cotangents = (loop: Loop, args: readonly [T, T, T], wanted: Wanted): readonly T[] => {
  const names = ['k', 'h', 'xs'] as const
  const own = wanted.map((name) => args[names.indexOf(name)]!)
  const f = (...given: readonly T[]): readonly [T, T] => {
    const of = (name: (typeof names)[number]): T =>
      wanted.includes(name) ? given[wanted.indexOf(name)]! : args[names.indexOf(name)]!
    return loop(of('k'), of('h'), of('xs'))
  }
  const [output, pullback] = differentiable(f)(...own)
  return pullback(P.mapTree(output, ({ shape }) => between(shape, -1, 1, 9)))
}

/** The loops of a program, the forward one first. */
export const loopsOf = (roots: readonly T[]): readonly ScanProgram[] =>
  canonicalize(roots.map(nodeOf)).program.instructions.flatMap(({ body }: Instruction) =>
    body === undefined ? [] : [body],
  )

/** The loop's cotangents are those of its steps written out. */
export const expectAgreement = (step: Step, args: readonly [T, T, T], wanted: Wanted): void => {
  const [got, want] = [looped(step), written(step)].map((f) => numbers(cotangents(f, args, wanted)))
  expect(got!.length).toBe(want!.length)
  got!.forEach((x, i) => {
    expect(x).toBeCloseTo(want![i]!, 11)
  })
}
