/**
 * From a canonical program to the kernels that run it: simplify, group instructions into kernels (lower/group.ts), write
 * each group as a loop nest over views (lower/kernels.ts), order them, and plan memory (lower/memory.ts).
 *
 * Law: the plan with and without fusion gives the same bits. Nothing here changes the order of a sum.
 */
import { sizeOf } from '../array/shape.js'
import type { RunOptions } from './backend.js'
import type { Kernel, KernelPlan, PlannedBuffer } from './kernel.js'
import { alike, withCopies } from './lower/alike.js'
import { isFree, isReduce } from './lower/analysis.js'
import { arrange } from './lower/arrange.js'
import { group } from './lower/group.js'
import { type Group, resolved } from './lower/groups.js'
import { emitLoop, emitMatmul, emitReduce } from './lower/kernels.js'
import { planMemory } from './lower/memory.js'
import { makeTask, schedule, type Task } from './lower/schedule.js'
import { type DraftBuffer, newBuffer, type State, storageOf } from './lower/state.js'
import { contiguous } from './lower/view.js'
import { emitFill, emitScan, emitWhole } from './lower/whole.js'
import type { Program } from './program.js'
import { simplify } from './simplify.js'

/** What decides how a program is lowered. */
export interface LowerOptions extends RunOptions {
  /** Every instruction a kernel of its own: for the law that fusion changes no bit. */
  readonly unfused?: boolean
  /** Elements that temporaries begin at multiples of; 16 unless told, which is 64 bytes. */
  readonly alignment?: number
  /** The temporaries, float32 ones, that are kept as halves, of these buffers and kernels in their order; none unless told. */
  readonly halve?: (buffers: readonly UnplacedBuffer[], kernels: readonly Kernel[]) => ReadonlySet<number>
}

type UnplacedBuffer = Pick<PlannedBuffer, 'dtype' | 'size'> & { readonly role: Pick<PlannedBuffer['role'], 'kind'> }

/** What each output is; two outputs on a device never share a buffer. */
const ownersOf = ({ instructions, outputs }: Program, keep: RunOptions['keep']): (number | 'copy' | 'input')[] => {
  const owned = new Set<number>()
  return outputs.map((output) => {
    let base = output
    while (instructions[base].op === 'reshape' || instructions[base].op === 'barrier')
      base = instructions[base].inputs[0]!
    const { op } = instructions[base]
    if (op === 'input') return keep === 'host' ? 'input' : 'copy'
    if (isFree(op) || (owned.has(base) && keep === 'device')) return 'copy'
    owned.add(base)
    return base
  })
}

const emit = (state: State, each: Group, options: LowerOptions): void => {
  if (each.anchor < 0) {
    emitLoop(state, each)
    return
  }
  const { op, body } = state.program.instructions[each.anchor]
  if (isReduce(op)) emitReduce(state, each)
  else if (op === 'matmul') emitMatmul(state, each)
  else if (op === 'pad') emitFill(state, each)
  else if (op === 'scan') {
    const donated = body!.program.inputs.map(() => false)
    emitScan(state, each, lower(body!.program, { ...options, donated, keep: 'device' }))
  } else if (op !== 'concat') emitWhole(state, each)
}

const isEmpty = (kernel: Kernel): boolean => kernel.kind === 'loop' && sizeOf(kernel.dims) === 0

/**
 * The kernels that run a program, and where their buffers lie: what a backend generates code from that does not run
 * instructions one by one. kernel.ts says what the kinds of kernels mean (`kernels.Kernel` and its kin).
 *
 * @example
 * import { add, deviceOf, lower, mul, tensor } from 'pullback'
 * import { referenceBackend } from 'pullback/reference'
 *
 * const plain = referenceBackend()
 * let count = 0
 * const counting = deviceOf({
 *   ...plain,
 *   compile: (program, options) => {
 *     count = lower(program, options).kernels.length
 *     return plain.compile(program, options)
 *   },
 * })
 * counting.evaluateSync(add(mul(tensor([1, 2]), 3), 1))
 * count // => 1
 */
export const lower = (given: Program, options: LowerOptions): KernelPlan => {
  const shares = options.keep === 'device' && options.unfused !== true && !options.donated.includes(true)
  const found = shares ? alike(given) : undefined
  const plan = found && withCopies(lowerAll(found.program, options), given, found)
  return plan ?? lowerAll(given, options)
}

const lowerAll = (given: Program, options: LowerOptions): KernelPlan => {
  const { program, analysis } = arrange(simplify(given))
  const owners = ownersOf(program, options.keep)
  const grouping = group(program, analysis, { unfused: options.unfused ?? false, owners })
  const buffers: DraftBuffer[] = []
  const outputOf = new Map<number, number>()
  owners.forEach((owner, index) => {
    if (typeof owner === 'number' && !outputOf.has(owner)) outputOf.set(owner, index)
  })
  const state: State = { program, grouping, buffers, kernels: [], storage: new Map(), outputOf, later: [] }
  program.inputs.forEach((node, index) => {
    const { dtype, shape } = program.instructions[node]
    const buffer = newBuffer(state, dtype, sizeOf(shape), { kind: 'input', index })
    state.storage.set(node, { buffer, dtype, view: contiguous(sizeOf(shape)) })
  })
  const { ready } = analysis
  const tasks: Task[] = []
  const tasksOf = new Map<Group, readonly number[]>()
  const waits = new Map<Group, Group[]>()
  for (const [before, given] of grouping.orders) {
    // A value that is computed within its users is there when the last thing of weight that it needs is.
    const first = grouping.home[before] ?? grouping.home[ready[before]]
    const by = resolved(given)
    if (first !== undefined) waits.set(by, [...(waits.get(by) ?? []), first])
  }
  for (const each of grouping.groups) {
    state.kernels.length = 0
    emit(state, each, options)
    const after = (waits.get(each) ?? []).flatMap((first) => tasksOf.get(first) ?? [])
    const own: number[] = []
    for (const kernel of [...state.kernels, ...state.later.splice(0)])
      if (!isEmpty(kernel)) own.push(tasks.push(makeTask(kernel, after)) - 1)
    tasksOf.set(each, own)
  }
  const ordered = schedule(tasks, buffers, options.donated)
  const baseOf = (output: number): number => {
    let base = output
    while (program.instructions[base].op === 'reshape' || program.instructions[base].op === 'barrier')
      base = program.instructions[base].inputs[0]!
    return base
  }
  const outputs = owners.map((owner, index) =>
    owner === 'copy'
      ? buffers.findIndex(({ role }) => role.kind === 'output' && role.index === index)
      : storageOf(state, typeof owner === 'number' ? owner : baseOf(program.outputs[index])).buffer,
  )
  const kernels = ordered.map(({ kernel }) => kernel)
  const halves = options.halve?.(buffers, kernels)
  return {
    ...planMemory(buffers, ordered, options.donated, options.alignment ?? 16, halves),
    kernels,
    outputs,
    scalars: program.scalars,
  }
}
