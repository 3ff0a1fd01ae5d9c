import { describe, expect, it } from 'vitest'
import { matmul } from '../../src/array/contract.js'
import { alias, argument, project, scan } from '../../src/array/control.js'
import { add, exp, mul, sub, tanh } from '../../src/array/elementwise.js'
import { Node, nodeOver, type ScanBody } from '../../src/array/node.js'
import { sum } from '../../src/array/reduce.js'
import { type AnyTensor, literal, nodeOf, type Tensor, tensor } from '../../src/array/tensor.js'
import { Canonicalizer } from '../../src/engine/canonical/canonicalizer.js'
import { canonicalize } from '../../src/engine/canonical.js'
import type { Program } from '../../src/engine/program.js'

const codeOf = (...roots: readonly AnyTensor[]): string => {
  const canonicalizer = new Canonicalizer()
  canonicalizer.walk(roots.map(nodeOf))
  return canonicalizer.code.slice(0, canonicalizer.length).join(' ')
}
const form = (...roots: readonly AnyTensor[]) => canonicalize(roots.map(nodeOf))
const opsOf = (program: Program): string[] => program.instructions.map(({ op }) => op)
const vector = (...values: number[]) => tensor(values) as Tensor

describe('canonical form', () => {
  it('numbers leaves by first visit, and takes a leaf or a storage met twice as one input', () => {
    const a = vector(1, 2)
    const b = vector(3, 4)
    const again = nodeOf(a as AnyTensor)
    const sameStorage = new Node('data', again.dtype, again.shape, [], again.payload) as unknown as Tensor
    const { program, storages } = form(add(mul(b, a), mul(sameStorage, a)))
    expect(program.inputs).toHaveLength(2)
    expect(storages).toEqual([nodeOf(b as AnyTensor).payload, nodeOf(a as AnyTensor).payload])
    expect(opsOf(program)).toEqual(['input', 'input', 'mul', 'mul', 'add'])
    expect(program.instructions[3]!.inputs).toEqual([1, 1])
  })

  it('lifts literals by occurrence, but for 0 and 1; -0 is lifted', () => {
    const x = vector(1, 2)
    const { program, scalars } = form(add(mul(add(x, 0), 2), add(mul(x, 2), literal(-0))), sub(x, 1))
    expect(scalars).toEqual([2, 2, -0])
    expect(program.scalars).toBe(3)
    const leaves = program.instructions.filter(({ op }) => op === 'scalar' || op === 'constant')
    expect(leaves.map(({ op, attributes }) => [op, ...attributes])).toEqual([
      ['constant', 0],
      ['scalar', 0],
      ['scalar', 1],
      ['scalar', 2],
      ['constant', 1],
    ])
  })

  it('gives equal codes exactly to graphs that differ in data and lifted numbers only', () => {
    const graph = (x: Tensor, rate: number) => sub(x, mul(exp(x), rate))
    expect(codeOf(graph(vector(1, 2), 0.5))).toBe(codeOf(graph(vector(3, 4), 0.25)))
    expect(codeOf(graph(vector(1, 2), 0.5))).not.toBe(codeOf(graph(vector(1, 2), 1)))
    expect(codeOf(graph(vector(1, 2), 0.5))).not.toBe(codeOf(graph(vector(1, 2, 3), 0.5)))
    const x = vector(1, 2)
    expect(codeOf(add(x, x))).not.toBe(codeOf(add(x, vector(1, 2))))
    expect(codeOf(x, exp(x))).not.toBe(codeOf(exp(x), x))
  })

  it('erases aliases', () => {
    const x = vector(1, 2)
    expect(codeOf(add(alias(x as AnyTensor) as Tensor, x))).toBe(codeOf(add(x, x)))
  })

  it('walks deep graphs and asks each node once', () => {
    let x = vector(1)
    for (let i = 0; i < 50_000; i++) x = add(x, x)
    expect(form(x as AnyTensor).program.instructions).toHaveLength(50_001)
  })

  it('refuses the argument of a scan outside of its loop', () => {
    expect(() => form(exp(argument([2], 'float32') as Tensor) as AnyTensor)).toThrow(/argument of a scan/)
  })

  it('notes the nodes it meets if told so, and those of the graph after it', () => {
    const canonicalizer = new Canonicalizer()
    const noted = (x: AnyTensor, wanted: boolean): number => {
      canonicalizer.walk([nodeOf(x)])
      const before = canonicalizer.segments.length
      if (wanted) {
        const code = canonicalizer.code.slice(0, canonicalizer.length)
        canonicalizer.note([nodeOf(x)])
        expect(canonicalizer.code.slice(0, canonicalizer.length)).toEqual(code)
        expect(canonicalizer.segments[0]!.order).toContain(nodeOf(x))
      }
      return before
    }
    const x = vector(1, 2)
    expect([true, false, false, true, false, false].map((wanted) => noted(exp(x), wanted))).toEqual([1, 1, 0, 0, 1, 0])
  })
})

describe('canonical form of scans', () => {
  const xs = tensor([1, 2, 3, 4, 5, 6], [3, 2])
  const w = tensor([1, 0, 0, 1], [2, 2])

  it('puts carry, slices and captures first, and lifts the literals of the body', () => {
    const [last, ys] = scan(
      (h: Tensor, x: Tensor) => {
        const next = tanh(add(mul(h, 0.5), sum(matmul(tensor([1, 2], [1, 2]), w as Tensor)))) as Tensor
        return [add(next, x) as Tensor, mul(next, 3) as Tensor] as const
      },
      vector(0, 0),
      xs as Tensor,
    )
    const { program, scalars } = form(mul(last, 7) as AnyTensor, ys)
    const loop = program.instructions.find(({ op }) => op === 'scan')!
    expect(scalars).toEqual([7, 0.5, 3])
    expect(loop.body).toMatchObject({ length: 3, reverse: false, carry: 1, sequences: 1, captures: 1, stacked: 1 })
    expect(loop.inputs.map((i) => program.instructions[i]!.op)).toEqual(['input', 'input', 'sum'])
    expect(opsOf(loop.body!.program)).toEqual([
      ...['input', 'input', 'input', 'scalar', 'mul', 'add', 'tanh', 'add', 'scalar', 'mul'],
    ])
    expect(loop.body!.program.outputs).toEqual([7, 9])
    expect(program.outputs.map((i) => program.instructions[i]!.attributes)).toEqual([[], [1]])
  })

  it('is one loop for the forward pass and for what a derivative projects besides', () => {
    const [last, ys] = scan(
      (h: Tensor, x: Tensor) => [tanh(add(h, x)) as Tensor, exp(h) as Tensor] as const,
      vector(0, 0),
      xs as Tensor,
    )
    const loop = nodeOf(last as AnyTensor).inputs[0]!
    const body = loop.payload as ScanBody
    const gate = nodeOf(sub(1, mul(body.next[0] as unknown as Tensor, w as Tensor)) as AnyTensor)
    const rebuilt = nodeOver('scan', 'float32', [], [...loop.inputs, nodeOf(w as AnyTensor)], [], {
      ...body,
      captures: [...body.captures, nodeOf(w as AnyTensor)],
    })
    const gates = project(rebuilt, { kind: 'stacked', node: gate })
    const { program } = form(last as AnyTensor, gates, ys as AnyTensor)
    const loops = program.instructions.filter(({ op }) => op === 'scan')
    expect(loops).toHaveLength(1)
    expect(loops[0]!.body).toMatchObject({ carry: 1, sequences: 1, captures: 1, stacked: 2 })
    expect(program.outputs.map((i) => program.instructions[i]!.attributes)).toEqual([[0], [1], [2]])
    expect(form(last as AnyTensor).program.instructions.find(({ op }) => op === 'scan')!.body!.stacked).toBe(0)
  })

  it('nests', () => {
    const inner = (h: Tensor, row: Tensor) =>
      scan((c: Tensor, x: Tensor) => [add(c, mul(x, h)) as Tensor, c] as const, literal(0) as Tensor, row)
    const [last] = scan(
      (h: Tensor, row: Tensor) => [inner(h, row)[0], sum(inner(h, row)[1])] as const,
      literal(1) as Tensor,
      xs as Tensor,
    )
    const { program } = form(last as AnyTensor)
    const outer = program.instructions.find(({ op }) => op === 'scan')!
    const loops = outer.body!.program.instructions.filter(({ op }) => op === 'scan')
    expect(loops).toHaveLength(1)
    expect(loops[0]!.body).toMatchObject({ length: 2, carry: 1, sequences: 1, captures: 1, stacked: 0 })
  })
})
