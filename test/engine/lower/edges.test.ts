/** Programs at the edges of what lowering meets; their values are compared with the reference's. */
import { describe, expect, it } from 'vitest'
import { identical } from '../../../laws/compare.js'
import { matmul } from '../../../src/array/contract.js'
import { barrier, scan } from '../../../src/array/control.js'
import { full, ones, zeros } from '../../../src/array/create.js'
import { add, cast, exp, less, mul, select, sub, tanh } from '../../../src/array/elementwise.js'
import { argSort, cumulativeSum, gather, iota, scatterAdd } from '../../../src/array/indexing.js'
import { concatAll } from '../../../src/array/join.js'
import { broadcastTo, dynamicSlice, flip, pad, permute, reshape, slice, transpose } from '../../../src/array/move.js'
import { argMax, max, prod, sum } from '../../../src/array/reduce.js'
import { type AnyTensor, literal, nodeOf, type Tensor, tensor } from '../../../src/array/tensor.js'
import { overlapAdd, window } from '../../../src/array/window.js'
import { referenceBackend } from '../../../src/backend/reference/backend.js'
import { canonicalize } from '../../../src/engine/canonical.js'
import { deviceOf } from '../../../src/engine/device.js'
import { lower } from '../../../src/engine/lower.js'
import { planBackend } from '../planBackend.js'

const reference = deviceOf(referenceBackend())
const devices = [deviceOf(planBackend()), deviceOf(planBackend({ unfused: true }))]

const check = (tree: unknown): void => {
  const wanted = reference.evaluateSync(tree)
  for (const device of devices) {
    expect(identical('evaluated', device.evaluateSync(tree), wanted)).toEqual({ holds: true })
    expect(identical('placed', device.readSync(device.placeSync(tree)), wanted)).toEqual({ holds: true })
  }
}
const array = (...shape: number[]) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.fround(Math.sin(i) * 2)),
    shape,
  ) as Tensor

describe('lowering', () => {
  it('takes arrays without elements', () => {
    const none = zeros([0, 3]) as Tensor
    const empty = tensor(new Float32Array(0), [0, 3]) as Tensor
    check([add(empty, 1), sum(empty, 0), sum(empty, 1), prod(empty), concatAll([empty, ones([2, 3]), none], 0)])
    check([
      matmul(zeros([2, 0]), zeros([0, 3])),
      pad(
        empty,
        [
          [1, 1],
          [0, 0],
        ],
        2,
      ),
      gather(empty, tensor([0], [1], 'int32')),
    ])
    check([reshape(empty, [3, 0]), transpose(empty), scatterAdd(tensor(new Int32Array(0), [0], 'int32'), empty, 2)])
    check(scan((c: Tensor, x: Tensor) => [add(c, x) as Tensor, mul(c, 2) as Tensor] as const, array(3), empty))
  })

  it('takes scalars, and arrays of one element', () => {
    const s = tensor(2) as Tensor
    const one = tensor([[3]]) as Tensor
    check([add(s, 1), exp(s), sum(s), add(literal(2), literal(3)), matmul(one, one), sum(one, 0), transpose(one)])
    check([
      argMax(reshape(one, [1]), 0),
      pad(
        one,
        [
          [1, 0],
          [0, 2],
        ],
        s as never,
      ),
      broadcastTo(s, [2, 3]),
      flip(one, 0),
    ])
    check([literal(3), full([2], 4), iota([3]), cast(iota([2, 2]), 'float32')])
  })

  it('gives outputs that are inputs, constants, moves, or one another', () => {
    const x = array(3, 4)
    const y = exp(x)
    check([y, y, reshape(y, [12]), transpose(y), barrier(y), slice(y as Tensor, [1, 0])])
    check([reshape(x, [12]), transpose(x), barrier(x), [reshape(x, [12]), reshape(x, [2, 6])]])
    check([zeros([2]), full([2], 3), iota([4]), concatAll([x, x], 0)])
  })

  it('donates an input once, whatever uses it', () => {
    const device = deviceOf(planBackend())
    const values = { a: array(4, 4), b: array(4, 4), c: array(16) }
    const step = (state: typeof values) => ({
      a: add(matmul(state.a, state.b), state.a) as Tensor,
      b: add(transpose(state.b) as Tensor, state.b) as Tensor,
      c: reshape(state.a, [16]) as Tensor,
    })
    let [given, kept] = [device.placeSync(values), values]
    for (let i = 0; i < 4; i++) {
      given = device.advanceSync(step(given), given)
      kept = reference.evaluateSync(step(kept))
      expect(identical('state', device.readSync(given), kept)).toEqual({ holds: true })
    }
  })

  it('copies what no loop nest reads', () => {
    const x = array(4, 6)
    const split = reshape(transpose(x), [8, 3]) as Tensor
    check([
      mul(split, 2),
      sum(split, 0),
      matmul(split, array(3, 2)),
      add(split, reshape(transpose(array(12, 2)), [8, 3])),
    ])
    const merged = reshape(transpose(x), [24]) as Tensor
    check([slice(merged, [3], [20], [2]), window(merged, { size: [3], stride: [2], dilation: [1] })])
    check([
      pad(split, [
        [1, 1],
        [2, 0],
      ]),
      concatAll([split, flip(split, 1)], 1),
    ])
    check(
      mul(
        pad(reshape(transpose(exp(x)), [8, 3]) as Tensor, [
          [1, 0],
          [0, 1],
        ]) as Tensor,
        array(9, 4),
      ),
    )
    const turned = matmul(array(6, 3), array(3, 6)) as Tensor
    check(
      pad(reshape(permute(reshape(turned, [4, 9]), [1, 0]), [6, 6]) as Tensor, [
        [1, 1],
        [1, 1],
      ]),
    )
    check(add(reshape(iota([5, 6], 'float32'), [10, 3]), reshape(transpose(iota([6, 5], 'float32')), [10, 3])))
  })

  it('takes chains longer than a kernel', () => {
    let x = array(3)
    for (let i = 0; i < 900; i++) x = tanh(add(x, 0.5) as Tensor) as Tensor
    check(x)
    let y = array(2, 2)
    for (let i = 0; i < 80; i++) y = transpose(add(mul(y, 0.5), reshape(flip(y, 0), [2, 2])) as Tensor) as Tensor
    check(y)
  })

  it('stacks and pads of other things than loops', () => {
    const x = array(3, 4)
    const rows = tensor([2, 0, 5], [3], 'int32')
    const sorted = argSort(x)
    check(concatAll([gather(x, rows), cumulativeSum(x, 1), x, matmul(x, array(4, 4)), zeros([1, 4])] as Tensor[], 0))
    check([
      pad(gather(x, rows) as Tensor, [
        [1, 1],
        [0, 0],
      ]),
      pad(
        x,
        [
          [0, 1],
          [2, 2],
        ],
        7,
      ),
      cast(sorted, 'float32'),
    ])
    check(dynamicSlice(add(x, 1) as Tensor, add(tensor([1, 3], [2], 'int32'), 0) as never, [2, 2]))
    const seen = window(array(2, 5, 5), { size: [2, 3], stride: [1, 2], dilation: [2, 1] })
    check([
      overlapAdd(mul(seen as Tensor, 2) as Tensor, [5, 5], { size: [2, 3], stride: [1, 2], dilation: [2, 1] }),
      max(seen, [1, 2]),
    ])
  })

  it('loops over loops, and carries what it is given', () => {
    const x = array(4, 3, 2)
    const [last, all] = scan(
      (outer: readonly [Tensor, Tensor], rows: Tensor) => {
        const [inner, seen] = scan(
          (c: Tensor, row: Tensor) => [add(mul(c, 0.5), mul(row, outer[1])) as Tensor, c] as const,
          outer[0],
          rows,
          { reverse: true },
        )
        return [[inner, outer[1]] as const, [sum(seen), outer[0], select(less(inner, 0), 1, inner)] as const] as const
      },
      [array(2), array(2)] as const,
      x,
    )
    check([last, all])
    check(scan((c: Tensor, _: null) => [mul(c, 2) as Tensor, c] as const, literal(1) as Tensor, null, { length: 5 }))
  })
})

describe('memory', () => {
  const workspaceOf = (...roots: readonly unknown[]): number => {
    const { program } = canonicalize(roots.map((root) => nodeOf(root as AnyTensor)))
    return lower(program, { donated: program.inputs.map(() => false), keep: 'host' }).workspace
  }

  it('of a chain is that of its two largest neighbours', () => {
    let x = array(32, 32)
    for (let i = 0; i < 40; i++) x = tanh(matmul(x, array(32, 32))) as Tensor
    expect(workspaceOf(sum(x))).toBe(2 * 1024)
  })

  it('is not needed for what can be done in place', () => {
    const hidden = matmul(array(32, 32), array(32, 32)) as Tensor
    const largest = max(hidden, 1, true) as Tensor
    const next = exp(sub(hidden, largest)) as Tensor
    expect(workspaceOf(sum(matmul(mul(next, sum(next, 1, true)) as Tensor, array(32, 1))))).toBeLessThanOrEqual(
      1024 + 3 * 32,
    )
  })

  it('does not keep gradients until the tree of results asks for them', () => {
    const depth = 30
    const weights = Array.from({ length: depth }, () => array(32, 32))
    let x = array(32, 32)
    const gradients: Tensor[] = []
    for (const w of weights) {
      x = matmul(x, w) as Tensor
      gradients.push(sum(matmul(transpose(x), x) as Tensor) as Tensor)
    }
    expect(workspaceOf(x, ...[...gradients].reverse())).toBeLessThanOrEqual(4 * 1024)
  })
})
