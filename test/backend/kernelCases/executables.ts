/** Plans that show where an executable takes its arrays from, and where it puts them. */
import type { KernelPlan, LoopKernel } from '../../../src/engine/kernel.js'
import { planOf, whole } from './data.js'

/** How many elements arrays have here. */
export const n = 6

/** target = source * scalar 0 */
const scale = (source: number, target: number): LoopKernel => ({
  kind: 'loop',
  dims: [n],
  operands: [
    { kind: 'load', dtype: 'float32', access: whole(source, [n]) },
    { kind: 'scalar', dtype: 'float32', index: 0 },
  ],
  steps: [{ op: 'mul', dtype: 'float32', args: [0, 1] }],
  stores: [{ value: 2, access: whole(target, [n]) }],
})

/** One input, scaled into an output of its own. */
export const plain = planOf([['float32', n]], [['float32', n]], [], [scale(0, 1)], 1)

/** The output takes the place of the input, which is donated. */
export const inPlace: KernelPlan = {
  ...plain,
  buffers: [plain.buffers[0]!, { dtype: 'float32', size: n, role: { kind: 'donated', output: 0, input: 0 } }],
}

/** Three outputs: the input as it is, and the scaled one twice. */
export const sameTwice: KernelPlan = {
  ...plain,
  buffers: [plain.buffers[0]!, { dtype: 'float32', size: n, role: { kind: 'output', index: 1 } }],
  outputs: [0, 1, 1],
}

/** The negation of a bool. */
export const negation = planOf(
  [['bool', n]],
  [['bool', n]],
  [],
  [
    {
      kind: 'loop',
      dims: [n],
      operands: [
        { kind: 'load', dtype: 'bool', access: whole(0, [n]) },
        { kind: 'constant', dtype: 'bool', value: 1 },
      ],
      steps: [{ op: 'xor', dtype: 'bool', args: [0, 1] }],
      stores: [{ value: 2, access: whole(1, [n]) }],
    },
  ],
)

/** The input doubled twice, by way of the workspace. */
export const doubledTwice = (size: number): KernelPlan => {
  const double = (source: number, target: number): LoopKernel => ({
    kind: 'loop',
    dims: [size],
    operands: [{ kind: 'load', dtype: 'float32', access: whole(source, [size]) }],
    steps: [{ op: 'add', dtype: 'float32', args: [0, 0] }],
    stores: [{ value: 1, access: whole(target, [size]) }],
  })
  return planOf([['float32', size]], [['float32', size]], [['float32', size]], [double(0, 2), double(2, 1)])
}
