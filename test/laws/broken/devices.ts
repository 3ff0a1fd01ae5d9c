/** Devices and array functions that break their laws. */
import * as p from 'pullback'
import * as l from 'pullback/laws'
import { reference, referenceBackend } from 'pullback/reference'
import { type Broken, breaks, named } from '../support.js'

type Any = p.AnyTensor
const float = (x: unknown): p.Tensor => x as p.Tensor
const any = (x: unknown): Any => x as Any

/** The reference with programs changed before they are compiled. */
const miscompiled = (change: (instruction: p.Instruction, program: p.Program) => p.Instruction): p.Device => {
  const backend = referenceBackend()
  return p.deviceOf({
    ...backend,
    compile: (program, options) =>
      backend.compile({ ...program, instructions: program.instructions.map((i) => change(i, program)) }, options),
  })
}

/** cos where sin is asked for. */
const wrongOp = miscompiled((i) => (i.op === 'sin' ? { ...i, op: 'cos' } : i))
/** Sums along one axis only hold what a scatter of one update a row would. */
const wrongAdjoint = miscompiled((i) => (i.op === 'cos' ? { ...i, op: 'sin' } : i))
/** A wrong op that layers use. */
const wrongGate = miscompiled((i) => (i.op === 'tanh' ? { ...i, op: 'erf' } : i))
/** Whole programs are rounded otherwise than short ones. */
const wrongFusion = miscompiled((i, { instructions }) =>
  i.op === 'tanh' && instructions.length > 6 ? { ...i, op: 'erf' } : i,
)

/** Writes into the arrays that it was given. */
const scribbling = (): p.Device => {
  const backend = referenceBackend()
  return p.deviceOf({
    ...backend,
    compile: (program, options) => {
      const { run, ...rest } = backend.compile(program, options)
      return {
        ...rest,
        run: (inputs, scalars) => {
          const results = run(inputs, scalars)
          for (const input of inputs) if (input.kind === 'host') input.data[0]! += 1
          return results
        },
      }
    },
  })
}

const nudged = <T>(tree: T): T =>
  p.mapTree(tree, (x) => (x.dtype === 'float32' ? any(p.mul(float(x), 1 + 2 ** -20)) : x))
const right = reference()
let evaluations = 0
/** Every other evaluation is a little off. */
const moody: p.Device = {
  ...right,
  evaluate: async (tree) => right.evaluate(evaluations++ % 2 === 0 ? tree : nudged(tree)),
}
/** Reads what it holds, nearly. */
const inexact: p.Device = { ...right, read: async (tree) => right.evaluate(nudged(await right.read(tree))) }
/** Gives the state before the step. */
const stale: p.Device = { ...right, advance: async (_, donated) => right.place(donated) as never }

const backendWith = (device: p.Device): l.BackendInstance => ({
  device,
  reference: right,
  tolerance: { absolute: 1e-6, relative: 1e-6 },
})
const programs = l.programs()
const options = { runs: 400 }
const backend = (ending: string, fault: string, instance: l.BackendInstance): Broken =>
  breaks(named(l.backendLaws, ending), fault, instance, programs, options)

const backends: readonly Broken[] = [
  backend('values agree with the reference', 'a wrong op', backendWith(wrongOp)),
  backend('derivatives agree with the reference', 'a wrong op in the derivative', backendWith(wrongAdjoint)),
  backend('evaluating again gives the same bits', 'every other evaluation is off', backendWith(moody)),
  backend('parts and the whole give the same bits', 'long programs compute otherwise', backendWith(wrongFusion)),
  backend('fused and unfused give the same bits', 'long programs compute otherwise', backendWith(wrongFusion)),
  backend('kin devices give the same bits', 'a wrong op in the kin', { ...backendWith(right), kin: [wrongOp] }),
  backend('inputs and snapshots stay as they are', 'inputs are written to', backendWith(scribbling())),
  backend('placing and reading is evaluating', 'reading rounds', backendWith(inexact)),
  backend('giving up a state changes no bit', 'the state before comes back', backendWith(stale)),
  breaks(
    l.agreementLaw,
    'a wrong op',
    {
      ...backendWith(wrongGate),
      layer: p.chain(p.dense(3, 2), p.tanh()) as p.AnyLayer,
      input: { shape: [4, 3], dtype: 'float32' },
    },
    l.seeds,
  ),
  breaks(
    l.networkAgreementLaw,
    'a wrong op',
    { ...backendWith(wrongGate), parts: l.networkParts },
    l.networks(),
    options,
  ),
]

const arrays: Readonly<Record<string, readonly [fault: string, functions: Partial<l.ArrayFunctions>]>> = {
  'reshape there and back is the identity': [
    'column-major order',
    { reshape: (x, shape) => any(p.reshape(p.permute(float(x), x.shape.map((_, i) => i).reverse()) as never, shape)) },
  ],
  'permutations compose': [
    'the inverse permutation',
    {
      permute: (x, order) =>
        any(
          p.permute(
            float(x),
            order.map((_, i) => order.indexOf(i)),
          ),
        ),
    },
  ],
  'flip twice is the identity': [
    'a roll in place of a flip',
    { flip: (x, axes) => any(p.roll(float(x) as never, 1 as never, axes[0]! as never)) },
  ],
  'slice undoes pad': [
    'padding after in place of before',
    {
      pad: (x, padding, value) =>
        any(
          p.pad(
            float(x),
            padding.map(([a, b]) => [b, a] as const),
            value,
          ),
        ),
    },
  ],
  'slices of a concatenation are its parts': [
    'parts in the wrong order',
    { concat: (parts, axis) => any(p.concatAll([...parts].reverse(), axis)) },
  ],
  'broadcast and unbroadcast are adjoint': [
    'a mean for a sum',
    { unbroadcast: (c, shape) => any(p.mul(p.unbroadcast(float(c), shape) as p.Tensor, 0.5)) },
  ],
  'window and overlapAdd are adjoint': [
    'windows of the flipped array',
    { window: (x, o) => any(p.window(p.flip(float(x), 1) as p.Tensor, o)) },
  ],
  'gather and scatterAdd are adjoint': [
    'indices outside are clamped',
    {
      gather: (table, indices) =>
        any(p.gather(float(table), p.clip(indices as never, 0, table.shape[0]! - 1) as never)),
    },
  ],
}

export const brokenDevices: readonly Broken[] = [
  ...backends,
  ...Object.entries(arrays).map(([ending, [fault, functions]]) =>
    breaks(
      named(l.arrayLaws, ending),
      fault,
      { device: right, functions: { ...l.arrayFunctions, ...functions } },
      l.arraySamples,
    ),
  ),
]
