/**
 * Which temporaries of a plan are stored as halves where the user asks for it: float32 ones of `fewest` elements or more,
 * by the plan alone, so that the same program always rounds the same values. These stay float32, however large:
 *
 * - sums, products, maxima and minima of 16 elements or more (statistics, softmax's denominators, losses) and running sums;
 * - maxima and minima of fewer elements, as of pooling, unless what they are taken of is halves, too, so that they lose
 *   nothing: the derivative looks for the elements that are equal to them;
 * - what a result of the program with as many elements is made of by element: a gradient, where it updates parameters and
 *   moments;
 * - what a scan carries from step to step, and what a kernel takes the bits of.
 */
import { sizeOf } from '../../array/shape.js'
import type { Body, Kernel, ReduceKernel } from '../../engine/kernel.js'
import type { LowerOptions } from '../../engine/lower.js'

type Halve = NonNullable<LowerOptions['halve']>

/** Reductions of so many elements make statistics, of fewer ones pooled values. */
const many = 16

/** Values below this number are operands. */
const isOperand = ({ operands }: Body, value: number): boolean => value < operands.length

/** Where the epilogue of a reduction stores what was reduced, or what it makes of that. */
const resultsOf = ({ epilogue }: ReduceKernel, asIs: boolean): readonly number[] =>
  epilogue.stores.flatMap(({ value, access }) => {
    const isResult = isOperand(epilogue, value) && epilogue.operands[value].kind === 'result'
    return !asIs || isResult ? [access.buffer] : []
  })

/** Buffers whose elements a body reads or writes as bits. */
const bitsIn = (body: Body): readonly number[] => {
  const { operands, steps, stores } = body
  const values = steps.flatMap(({ op, args }, i) => (op === 'bitcast' ? [operands.length + i, ...args] : []))
  if (values.length === 0) return []
  const loads = values.flatMap((value) => {
    const operand = operands[value]
    return operand?.kind === 'load' ? [operand.access.buffer] : []
  })
  return [...loads, ...stores.filter(({ value }) => values.includes(value)).map(({ access }) => access.buffer)]
}

const bodiesOf = (kernel: Kernel): readonly Body[] => {
  if (kernel.kind === 'loop') return [kernel]
  if (kernel.kind === 'reduce') return [kernel, kernel.epilogue]
  return kernel.kind === 'matmul' ? [kernel.epilogue] : []
}

/** What a kernel keeps from being halves, whatever else is. */
const kept = (kernel: Kernel): readonly number[] => {
  if (kernel.kind === 'scan') {
    const carried = [...kernel.inputs.slice(0, kernel.carry), ...kernel.outputs.slice(0, kernel.carry)]
    return [kernel.workspace, ...carried.map(({ buffer }) => buffer)]
  }
  if (kernel.kind === 'cumulativeSum') return [kernel.target]
  const bits = bodiesOf(kernel).flatMap(bitsIn)
  if (kernel.kind !== 'reduce' || sizeOf(kernel.dims.slice(kernel.kept)) < many) return bits
  return [...bits, ...resultsOf(kernel, false)]
}

/** Whether what is reduced are the elements of halves as they are. */
const isOfHalves = (kernel: ReduceKernel, halves: ReadonlySet<number>): boolean => {
  const { operands, stores, value } = kernel
  const operand = operands[value]
  if (operand?.kind === 'load') return halves.has(operand.access.buffer)
  const own = stores.filter((store) => store.value === value)
  return own.length > 0 && own.every(({ access }) => halves.has(access.buffer))
}

/** `fewest`: the elements that a value has at least. */
export const halvesFrom =
  (fewest: number): Halve =>
  (buffers, kernels) => {
    const isResult = (buffer: number): boolean => buffers[buffer].role.kind === 'output'
    const halves = new Set<number>()
    buffers.forEach(({ dtype, size, role }, buffer) => {
      if (role.kind === 'temporary' && dtype === 'float32' && size >= fewest) halves.add(buffer)
    })
    const keep = (buffer: number): unknown => halves.delete(buffer)
    for (const kernel of kernels) {
      kept(kernel).forEach(keep)
      for (const { operands, stores } of bodiesOf(kernel)) {
        const results = stores.map(({ access }) => access.buffer).filter(isResult)
        const sizes = new Set(results.map((buffer) => buffers[buffer].size))
        for (const operand of operands)
          if (operand.kind === 'load' && sizes.has(buffers[operand.access.buffer].size)) keep(operand.access.buffer)
      }
    }
    // In their order: what a kernel reads is decided by then.
    for (const kernel of kernels)
      if (kernel.kind === 'reduce' && (kernel.op === 'max' || kernel.op === 'min') && !isOfHalves(kernel, halves))
        resultsOf(kernel, true).forEach(keep)
    for (const kernel of kernels) if (kernel.kind === 'scan' && kernel.halves !== undefined) halves.add(kernel.halves)
    return halves
  }
