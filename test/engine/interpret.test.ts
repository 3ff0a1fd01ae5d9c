import { describe, expect, it } from 'vitest'
import { matmul } from '../../src/array/contract.js'
import { scan } from '../../src/array/control.js'
import { ones } from '../../src/array/create.js'
import { add, exp, mul } from '../../src/array/elementwise.js'
import { nodeOf, type Tensor, tensor } from '../../src/array/tensor.js'
import { canonicalize } from '../../src/engine/canonical.js'
import { describeProgram } from '../../src/engine/describe.js'
import { type Compute, interpret, type Operand } from '../../src/engine/interpret.js'
import type { Instruction, Program } from '../../src/engine/program.js'

const programOf = (...roots: readonly unknown[]): Program =>
  canonicalize(roots.map((root) => nodeOf(root as Tensor))).program

type Expression = string

/** What was computed, in words, so that a test sees the order and the operands of every step. */
const words: Compute<Expression> = ({ op, attributes }: Instruction, operands: readonly Operand<Expression>[]) =>
  `${op}${attributes.length === 0 ? '' : `[${attributes.join()}]`}(${operands
    .map(({ data, shape }) => `${data}:${shape.join('x')}`)
    .join(' ')})`

const like = { dtype: 'float32', shape: [2], body: undefined } as const
const input = (i: number, shape: readonly number[] = [2]): Instruction => ({
  ...like,
  shape,
  op: 'input',
  inputs: [],
  attributes: [i],
})

describe('interpret', () => {
  it('asks for each result once, and gives operands with their shapes', () => {
    const x = tensor([1, 2]) as Tensor
    const y = exp(x)
    expect(interpret(programOf(add(y, y)), words, ['x'], [])).toEqual(['add(exp(x:2):2 exp(x:2):2)'])
    let asked = 0
    const counting: Compute<null> = () => {
      asked++
      return null
    }
    interpret(programOf(add(y, y)), counting, [null], [])
    expect(asked).toBe(2)
  })

  it('brings the numbers of a run as constants', () => {
    expect(interpret(programOf(mul(tensor([1, 2]), 0.3)), words, ['x'], [0.3])).toEqual(['mul(x:2 constant[0.3]():)'])
  })

  it('gives an output that is an input, and one that stands there twice', () => {
    const program: Program = { instructions: [input(0), input(1)], inputs: [0, 1], scalars: 0, outputs: [1, 0, 1] }
    expect(interpret(program, words, ['x', 'y'], [])).toEqual(['y', 'x', 'y'])
  })

  const loop = (length: number, reverse: boolean): Program => ({
    instructions: [
      input(0),
      input(1, [length, 2]),
      {
        ...like,
        op: 'scan',
        inputs: [0, 1],
        attributes: [],
        body: {
          program: {
            instructions: [input(0), input(1), { ...like, op: 'add', inputs: [0, 1], attributes: [] }],
            inputs: [0, 1],
            scalars: 0,
            outputs: [2, 1],
          },
          ...{ length, reverse, carry: 1, sequences: 1, captures: 0, stacked: 1 },
        },
      },
      { ...like, op: 'project', inputs: [2], attributes: [0] },
      { ...like, shape: [length, 2], op: 'project', inputs: [2], attributes: [1] },
    ],
    inputs: [0, 1],
    scalars: 0,
    outputs: [3, 4],
  })

  it('runs a scan by slices, and joins what it stacks at the place of its step', () => {
    const row = (i: number): string => `reshape(slice[${i},0,1,1](xs:2x2):1x2)`
    const stack = `concat[0](reshape(${row(0)}:2):1x2 reshape(${row(1)}:2):1x2)`
    const steps = (first: number, last: number): string => `add(add(c:2 ${row(first)}:2):2 ${row(last)}:2)`
    expect(interpret(loop(2, false), words, ['c', 'xs'], [])).toEqual([steps(0, 1), stack])
    expect(interpret(loop(2, true), words, ['c', 'xs'], [])).toEqual([steps(1, 0), stack])
  })

  it('ends a scan of no steps with its first carry and no rows', () => {
    expect(interpret(loop(0, false), words, ['c', 'xs'], [])).toEqual(['c', 'broadcast(constant[0]():)'])
  })

  it('numbers the scalars of a body as the whole program does', () => {
    const [last] = scan((carry: Tensor, x: Tensor) => [mul(carry, 0.5), x] as const, ones([2]), ones([1, 2]))
    const program = programOf(mul(last, 0.25))
    const [got] = interpret(program, words, ['c', 'xs'], [1, 2].slice(0, program.scalars))
    expect(got).toContain('constant[1]')
    expect(got).toContain('constant[2]')
  })
})

describe('describeProgram', () => {
  it('counts the operations and bytes of each instruction', () => {
    const [a, b] = [tensor([1, 2, 3, 4, 5, 6], [2, 3]), tensor([1, 2, 3], [3, 1])] as readonly [Tensor, Tensor]
    const { kernels, workspaceBytes } = describeProgram(programOf(matmul(a as never, b as never)))
    expect(kernels.at(-1)).toEqual({ kernel: 'matmul', shape: [2, 1], flops: 12, bytes: 8 })
    expect(workspaceBytes).toBe(24 + 12 + 8)
  })
})
