/**
 * scatterAdd; src/array/indexing.ts states the meaning. No element is added to by two invocations, and each adds its
 * updates in their order, so that the sums are the reference's.
 *
 * `byBlocks`: a workgroup owns a few rows, each invocation an element or four of them. The indices go by in stretches; the
 * places of those that hit the workgroup's rows are marked as bits, which every invocation goes through in order.
 * `bySorting`, where rows times indices are too many for that: the places are sorted by their index, and each invocation
 * finds those of its row by bisection.
 */
import type { WholeKernel } from '../../../../engine/kernel.js'
import type { Dispatch, Generator, KernelContext } from '../../dispatch.js'
import { newShader, type Shader } from '../../emit/shader.js'
import { fillZeros, forEach, numberOf, type Wide, widest, workgroupsFor, zeroOf } from './elements.js'
import { sortRows } from './sort.js'

type ScatterAdd = Extract<WholeKernel, { readonly kind: 'scatterAdd' }>

const invocations = 256
/** Indices that a workgroup looks at before it adds: each is a bit of a word, and each word a bit of one more word. */
const stretch = 1024
const words = stretch / 32
const partSize = words + 1

const labelOf = ({ rows, count, rest }: ScatterAdd): string => `scatterAdd ${count} x ${rest} to ${rows}`

interface Blocks {
  /** Groups of elements that a row has, and that a workgroup has of each of its rows. */
  readonly groups: number
  readonly columns: number
  /** Rows that a workgroup has. */
  readonly rows: number
  readonly workgroups: number
}

const blocksOf = ({ rows, rest }: ScatterAdd, width: number): Blocks => {
  const groups = rest / width
  const columns = Math.ceil(groups / Math.ceil(groups / invocations))
  const own = Math.floor(invocations / columns)
  return { groups, columns, rows: own, workgroups: Math.ceil(rows / own) * Math.ceil(groups / columns) }
}

const byBlocks = (kernel: ScatterAdd, context: KernelContext, shader: Shader, wide: Wide, blocks: Blocks): Dispatch => {
  const { dtype, indices, updates, target, rows, count } = kernel
  const { groups, columns } = blocks
  const across = Math.ceil(groups / columns)
  const { workgroups, flat } = workgroupsFor(blocks.workgroups, context.limits)
  // Three parts take turns, so that one barrier a stretch is enough: while one is read, the next is written, and the one
  // after that is cleared.
  const main = `
let number = ${flat};
let firstRow = u32(number / ${across} * ${blocks.rows});
let lastRow = min(firstRow + ${blocks.rows}u, ${rows}u);
let row = firstRow + localIndex / ${columns}u;
let column = i32(localIndex) % ${columns} + number % ${across} * ${columns};
var total = ${zeroOf(dtype, wide.width)};
var part = 0u;
if (localIndex < ${partSize}u) { atomicStore(&hits[localIndex], 0u); }
workgroupBarrier();
for (var begin = 0; begin < ${count}; begin += ${stretch}) {
  let after = (part + ${partSize}u) % ${3 * partSize}u;
  if (localIndex < ${partSize}u) { atomicStore(&hits[after + localIndex], 0u); }
  for (var k = localIndex; k < min(${stretch}u, u32(${count} - begin)); k += ${invocations}u) {
    let hit = u32(${shader.load(indices, 'begin + i32(k)')});
    if (hit >= firstRow && hit < lastRow) {
      atomicOr(&hits[part + k / 32u], 1u << (k % 32u));
      atomicOr(&hits[part + ${words}u], 1u << (k / 32u));
    }
  }
  workgroupBarrier();
  var marked = atomicLoad(&hits[part + ${words}u]);
  while (marked != 0u) {
    let word = firstTrailingBit(marked);
    marked &= marked - 1u;
    var bits = atomicLoad(&hits[part + word]);
    while (bits != 0u) {
      let place = begin + i32(word * 32u + firstTrailingBit(bits));
      bits &= bits - 1u;
      if (u32(${shader.load(indices, 'place')}) == row && column < ${groups}) {
        total += ${wide.load(updates, `place * ${groups} + column`)};
      }
    }
  }
  part = after;
}
if (row < lastRow && column < ${groups}) {
  ${wide.store(target, `i32(row) * ${groups} + column`, 'total')}
}`
  return shader.finish({
    label: labelOf(kernel),
    workgroupSize: [invocations, 1, 1],
    workgroups,
    declarations: `var<workgroup> hits: array<atomic<u32>, ${3 * partSize}>;`,
    main,
  })
}

const bySorting = (kernel: ScatterAdd, context: KernelContext): Dispatch[] => {
  const { dtype, indices, updates, target, rows, count, rest } = kernel
  const sorted = { keys: context.scratch(count, 'uint32'), places: context.scratch(count, 'int32') }
  const label = labelOf(kernel)
  const sorting = sortRows(context, {
    ...{ label, rows: 1, length: count, declarations: '', ...sorted },
    key: (shader, index) => `u32(${shader.load(indices, index)})`,
  })
  const shader = newShader(context)
  const { width, load, store } = widest(shader, rest, [updates, target])
  const [keys, places] = [numberOf(shader, sorted.keys), numberOf(shader, sorted.places)]
  const groups = rest / width
  const main = `
let row = u32(i / ${groups});
var low = 0;
var high = ${count};
while (low < high) {
  let middle = (low + high) / 2;
  if (${shader.load(keys, 'middle')} < row) { low = middle + 1; } else { high = middle; }
}
var total = ${zeroOf(dtype, width)};
while (low < ${count} && ${shader.load(keys, `min(low, ${count - 1})`)} == row) {
  total += ${load(updates, `${shader.load(places, 'low')} * ${groups} + i % ${groups}`)};
  low++;
}
${store(target, 'i', 'total')}`
  return [...sorting, forEach(context, shader, label, rows * groups, main)]
}

/** Stretches of indices that all workgroups together go through, before sorting is worth its dispatches. */
const most = 16384

export const scatterAdd: Generator<ScatterAdd> = (kernel, context) => {
  const { updates, target, rows, count, rest } = kernel
  if (rows * rest === 0) return []
  if (count === 0) return fillZeros(context, labelOf(kernel), target)
  const shader = newShader(context)
  const wide = widest(shader, rest, [updates, target])
  const blocks = blocksOf(kernel, wide.width)
  return blocks.workgroups * Math.ceil(count / stretch) > most
    ? bySorting(kernel, context)
    : [byBlocks(kernel, context, shader, wide, blocks)]
}
