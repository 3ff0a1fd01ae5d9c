import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { programOf } from '../../laws/program/index.js'
import { matmul } from '../../src/array/contract.js'
import { barrier, scan } from '../../src/array/control.js'
import { full, ones, zeros } from '../../src/array/create.js'
import type { HostArray } from '../../src/array/dtype.js'
import { add, cast, div, exp, mul, neg, or, select, sub, xor } from '../../src/array/elementwise.js'
import { concatAll } from '../../src/array/join.js'
import { broadcastTo, flip, pad, permute, reshape, slice } from '../../src/array/move.js'
import type { HostStorage } from '../../src/array/node.js'
import { prod, sum } from '../../src/array/reduce.js'
import { type AnyTensor, nodeOf, type Tensor, tensor } from '../../src/array/tensor.js'
import { compute } from '../../src/backend/reference/compute.js'
import { canonicalize } from '../../src/engine/canonical.js'
import { interpret } from '../../src/engine/interpret.js'
import type { Program } from '../../src/engine/program.js'
import { simplify } from '../../src/engine/simplify.js'

const simplified = (...roots: readonly unknown[]): Program =>
  simplify(canonicalize(roots.map((root) => nodeOf(root as AnyTensor))).program)
const opsOf = (...roots: readonly unknown[]): string[] => simplified(...roots).instructions.map(({ op }) => op)

/** Values that tell exact algebra from nearly exact. */
const odd = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, 3.5, -2.25, 7, 0.1]
const x = tensor(odd, [3, 4]) as Tensor
const y = tensor([...odd].reverse(), [3, 4]) as Tensor
const flag = tensor([true, false, true, true], [4], 'bool')

const expectSameBits = (roots: readonly unknown[]): void => {
  const { program, storages, scalars } = canonicalize(roots.map((root) => nodeOf(root as AnyTensor)))
  const inputs = storages.map((storage) => (storage as HostStorage).data)
  const run = (given: Program): readonly HostArray[] => interpret(given, compute, inputs, scalars)
  const [got, wanted] = [run(simplify(program)), run(program)]
  got.forEach((values, i) => {
    expect([...values]).toEqual([...wanted[i]!])
  })
}

describe('simplify', () => {
  it('computes once what is written twice, but not through a barrier', () => {
    expect(opsOf(add(exp(x), exp(x)))).toEqual(['input', 'exp', 'add'])
    expect(opsOf(add(exp(x), exp(barrier(x))))).toEqual(['input', 'exp', 'barrier', 'exp', 'add'])
    expect(opsOf(add(exp(barrier(x)), exp(barrier(x))))).toHaveLength(6)
  })

  it('drops what nobody needs, also what only a barrier waits for', () => {
    expect(opsOf(barrier(x, exp(y) as unknown as AnyTensor))).toEqual(['input', 'input', 'barrier'])
    const waited = exp(y)
    expect(opsOf(barrier(x, waited as unknown as AnyTensor), waited)).toContain('exp')
  })

  it('undoes what has no effect', () => {
    const same: readonly unknown[] = [
      ...[mul(x, 1), mul(1, x), div(x, 1), sub(x, 0), neg(neg(x)), mul(x, ones([3, 4])), mul(x, ones([1]))],
      ...[reshape(reshape(x, [12]), [3, 4]), permute(permute(x, [1, 0]), [1, 0]), flip(flip(x, [0]), [0])],
      ...[
        slice(
          pad(x, [
            [1, 2],
            [0, 1],
          ]) as Tensor,
          [1, 0],
          [4, 4],
        ),
        concatAll([x, zeros([0, 4])], 0),
      ],
      slice(concatAll([y, x], 0), [3, 0], [6, 4]),
    ]
    for (const root of same) {
      expect(opsOf(root).filter((op) => op !== 'input')).toEqual([])
      expectSameBits([root])
    }
    const bits = tensor([1, 2], [2], 'int32')
    expect(opsOf(or(xor(bits, 0), 0))).toEqual(['input'])
    expect(opsOf(cast(cast(flag, 'float32'), 'bool'))).toEqual(['input'])
    expect(opsOf(add(bits, 0))).toEqual(['input'])
  })

  it('leaves what does change bits', () => {
    for (const root of [
      add(x, 0),
      sub(0, x),
      mul(x, 0),
      sub(x, x),
      div(x, x),
      neg(sub(x, y)),
      sum(broadcastTo(x, [5, 3, 4]), 0),
    ]) {
      expect(opsOf(root).length).toBeGreaterThan(1)
      expectSameBits([root])
    }
    expect(opsOf(add(x, 0))).toContain('add')
  })

  it('makes one move of two', () => {
    expect(
      opsOf(permute(permute(reshape(x, [3, 2, 2]), [1, 0, 2]), [2, 1, 0])).filter((op) => op === 'permute'),
    ).toHaveLength(1)
    expect(opsOf(slice(slice(x, [0, 1]), [1, 1]))).toEqual(['input', 'slice'])
    expect(opsOf(reshape(reshape(x, [12]), [2, 6]))).toEqual(['input', 'reshape'])
    expectSameBits([slice(slice(x, [0, 1], [3, 4], [1, 2]), [0, 0], [3, 2], [2, 1]), flip(flip(x, [0]), [1])])
  })

  it('takes in negations and known conditions', () => {
    expect(opsOf(add(x, neg(y)), sub(x, neg(y)))).toEqual(['input', 'input', 'sub', 'add'])
    expectSameBits([add(x, neg(y)), sub(x, neg(y))])
    expect(opsOf(select(full([3, 4], true, 'bool'), x, y))).toEqual(['input', 'input'])
    expect(opsOf(select(flag, x, x))).toEqual(['input', 'input'])
  })

  it('turns sums of padded parts into one array of parts', () => {
    const parts = [0, 1, 2].map((i) => mul(slice(x, [0, i], [3, i + 1]), i + 2) as Tensor)
    const padded = parts.map(
      (part, i) =>
        pad(part, [
          [1, 0],
          [i, 3 - i],
        ]) as Tensor,
    )
    const total = add(padded[0]!, add(padded[1]!, padded[2]!) as Tensor)
    expect(opsOf(total).filter((op) => op === 'pad' || op === 'concat')).toEqual(['concat', 'pad'])
    expectSameBits([total, add(add(padded[2]!, padded[1]!) as Tensor, padded[0]!)])
    const apart = add(padded[0]!, padded[2]!)
    expect(opsOf(apart).filter((op) => op === 'pad')).toHaveLength(2)
  })

  it('makes constants of what has no elements', () => {
    const none = zeros([0, 4])
    expect(opsOf(exp(mul(none, 3)))).toEqual(['constant', 'broadcast'])
    expect(opsOf(sum(none, 0), prod(none, 0))).toEqual(['constant', 'broadcast', 'constant', 'broadcast'])
    expectSameBits([
      sum(none, 0),
      prod(none, 0),
      matmul(zeros([2, 0]), zeros([0, 3])),
      pad(
        none,
        [
          [2, 1],
          [0, 0],
        ],
        7,
      ),
    ])
    const [last, all] = scan((c: Tensor, r: Tensor) => [add(c, r) as Tensor, c] as const, tensor([1, 2, 3, 4]), none)
    expect(opsOf(last)).not.toContain('scan')
    expectSameBits([last, all])
  })

  it('simplifies the bodies of loops', () => {
    const [last] = scan(
      (c: Tensor, r: Tensor) => [mul(add(exp(r), exp(r)), 1) as Tensor, c] as const,
      tensor([1, 2, 3, 4]),
      x,
    )
    const body = simplified(last).instructions.find(({ op }) => op === 'scan')!.body!
    expect(body.program.instructions.map(({ op }) => op)).toEqual(['input', 'input', 'exp', 'add'])
    expectSameBits([last])
  })

  it('keeps the bits of random programs', () => {
    const samples = fc.record({
      choices: fc.array(fc.tuple(fc.nat(999), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 14 }),
      seed: fc.nat(9999),
    })
    fc.assert(
      fc.property(samples, (sample) => {
        const roots = programOf(sample)
        if (roots.length > 0) expectSameBits(roots)
      }),
      { numRuns: 200, seed: 2 },
    )
  })
})
