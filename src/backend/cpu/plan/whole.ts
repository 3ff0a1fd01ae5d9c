/** From kernels without a loop nest of their own to their launches. */
import { sizeOf, stridesOf } from '../../../array/shape.js'
import type { WholeKernel } from '../../../engine/kernel.js'
import type { FunctionDefinition } from '../emit/code.js'
import { argSort } from '../kernel/whole/argSort.js'
import { cumulativeSum } from '../kernel/whole/cumulativeSum.js'
import { dynamicSlice } from '../kernel/whole/dynamicSlice.js'
import { gather, scatterAdd, scatterStripe } from '../kernel/whole/gather.js'
import { overlapAdd } from '../kernel/whole/overlapAdd.js'
import { addressOf, type Launch, type Room, type Word } from './launch.js'
import { planLoop } from './loop.js'

type Of<Kind extends WholeKernel['kind']> = Extract<WholeKernel, { readonly kind: Kind }>

const launch = (
  name: string,
  variant: string,
  write: () => FunctionDefinition,
  words: readonly Word[],
  units: number,
  work: number,
): Launch[] => (units === 0 ? [] : [{ name, source: { key: `${name} ${variant}`, write }, words, units, work }])

/** Zeros where there is nothing to add. */
const zeros = (buffer: number, size: number): Launch[] =>
  planLoop('zeros', [size], {
    operands: [{ kind: 'constant', dtype: 'int32', value: 0 }],
    steps: [],
    stores: [{ value: 0, access: { buffer, offset: 0, strides: [1] } }],
  })

const planGather = ({ kind, source, indices, target, rows, count, rest }: Of<'gather'>): Launch[] =>
  rest === 0
    ? []
    : launch(
        kind,
        '',
        () => gather,
        [addressOf(source), addressOf(indices), addressOf(target), rows, 4 * rest],
        count,
        count * (rest + 4),
      )

const planScatterAdd = ({ kind, dtype, indices, updates, target, rows, count, rest }: Of<'scatterAdd'>): Launch[] =>
  launch(
    kind,
    dtype === 'float32' ? 'float' : 'integer',
    () => scatterAdd(dtype),
    [addressOf(indices), addressOf(updates), addressOf(target), rows, count, 4 * rest, scatterStripe],
    rows === 0 ? 0 : Math.ceil((4 * rest) / scatterStripe),
    (count + rows) * (rest + 4),
  )

const planOverlapAdd = (kernel: Of<'overlapAdd'>): Launch[] => {
  const { kind, dtype, source, target, lead, spatial, size, stride, dilation, count } = kernel
  const [sourceSize, targetSize] = [sizeOf(size) * sizeOf(count), sizeOf(spatial)]
  if (sourceSize === 0) return zeros(target, lead * targetSize)
  const last = spatial.length - 1
  const length = count[last]
  const steps = stridesOf(spatial)
  const rows: number[] = []
  // All places of the window in order, and for each all windows but for the last axis.
  const windows = [...size, ...count.slice(0, last)]
  const moves = [
    ...steps.map((step, d) => step * dilation[d]),
    ...steps.slice(0, last).map((step, d) => step * stride[d]),
  ]
  const places = windows.map(() => 0)
  for (let row = 0; row < sourceSize / length; row++) {
    rows.push(4 * row * length, 4 * places.reduce((sum, place, d) => sum + place * moves[d], 0))
    for (let d = windows.length - 1; d >= 0 && ++places[d] === windows[d]; d--) places[d] = 0
  }
  const step = stride[last]
  const variant = step === 1 || step === 2 ? step : 0
  return launch(
    kind,
    `${dtype === 'float32' ? 'float' : 'integer'} ${variant}`,
    () => overlapAdd(dtype, variant),
    [
      ...[addressOf(source), addressOf(target), 4 * sourceSize, 4 * targetSize],
      ...[{ kind: 'table', values: Int32Array.from(rows) } as const, rows.length / 2, length, 4 * step],
    ],
    targetSize === 0 ? 0 : lead,
    lead * (sourceSize + targetSize),
  )
}

const planArgSort = ({ kind, dtype, source, target, rows, length }: Of<'argSort'>, room: Room): Launch[] =>
  length === 0
    ? []
    : launch(
        kind,
        dtype,
        () => argSort(dtype),
        [addressOf(source), addressOf(target), addressOf(room.temporary(2 * rows * length)), length],
        rows,
        rows * length * 10,
      )

const planCumulativeSum = (kernel: Of<'cumulativeSum'>): Launch[] => {
  const { kind, dtype, source, target, outer, length, inner } = kernel
  const groups = Math.ceil(inner / 4)
  return launch(
    kind,
    dtype === 'float32' ? 'float' : 'integer',
    () => cumulativeSum(dtype),
    [addressOf(source), addressOf(target), length, inner, groups],
    length === 0 ? 0 : outer * groups,
    outer * groups * length * 2,
  )
}

const planDynamicSlice = ({ kind, source, starts, target, shape, sizes }: Of<'dynamicSlice'>): Launch[] => {
  const rank = shape.length
  const strides = stridesOf(shape)
  const row = sizes[rank - 1] ?? 1
  const axes = shape.flatMap((size, d) => [size, sizes[d], 4 * strides[d]])
  return launch(
    kind,
    '',
    () => dynamicSlice,
    [
      ...[addressOf(source), addressOf(starts), addressOf(target)],
      ...[{ kind: 'table', values: Int32Array.from(axes) } as const, rank, 4 * row],
    ],
    row === 0 ? 0 : sizeOf(sizes) / row,
    sizeOf(sizes),
  )
}

export const planWhole = (kernel: WholeKernel, room: Room): Launch[] => {
  switch (kernel.kind) {
    case 'gather':
      return planGather(kernel)
    case 'scatterAdd':
      return planScatterAdd(kernel)
    case 'overlapAdd':
      return planOverlapAdd(kernel)
    case 'argSort':
      return planArgSort(kernel, room)
    case 'cumulativeSum':
      return planCumulativeSum(kernel)
    case 'dynamicSlice':
      return planDynamicSlice(kernel)
  }
}
