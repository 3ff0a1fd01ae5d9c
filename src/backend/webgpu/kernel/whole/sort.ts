/**
 * Sorting the places of rows by keys. A key is an u32; of equal keys the smaller place comes first, so that no two pairs
 * of key and place are alike, and every way of sorting gives one and the same order: the stable one.
 *
 * Short rows: each element counts those before it. Up to a block: one workgroup sorts a row in its memory, by a bitonic
 * network. Longer ones: blocks first, then runs are merged two by two, each element finding its place in the other run by
 * bisection; one dispatch for each doubling.
 */
import type { DType } from '../../../../array/dtype.js'
import type { Dispatch, KernelContext } from '../../dispatch.js'
import { newShader, type Shader } from '../../emit/shader.js'
import { forEach, numberOf, type Place, workgroupsFor } from './elements.js'

export interface Sorting {
  readonly label: string
  readonly rows: number
  readonly length: number
  /** The key of element `index` of all rows; `declarations` are functions that it needs. */
  readonly key: (shader: Shader, index: string) => string
  readonly declarations: string
  /** Where the sorted places of each row go, as i32. */
  readonly places: Place
  /** Where the sorted keys go, as u32, if anybody asks. */
  readonly keys?: Place
}

/** An u32 that sorts as the element does: -0 as 0, and every NaN last. */
export const sortKey = (dtype: DType): { readonly declarations: string; readonly key: (value: string) => string } => {
  if (dtype === 'float32')
    return {
      declarations: `
fn sortKey(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0xffffffffu; }
  if (size == 0u) { return 0x80000000u; }
  return select(bits ^ 0x80000000u, ~bits, bits > 0x80000000u);
}`,
      key: (value) => `sortKey(${value})`,
    }
  if (dtype === 'int32') return { declarations: '', key: (value) => `(u32(${value}) ^ 0x80000000u)` }
  return { declarations: '', key: (value) => `u32(${value})` }
}

/** Rows up to this length are sorted by counting. */
const fewest = 32
/** Elements that one workgroup sorts: 8 KiB of keys and places. */
const block = 1024
const invocations = 256

const write = (shader: Shader, { places, keys }: Sorting, index: string, key: string, place: string): string =>
  shader.store(numberOf(shader, places), index, place) +
  (keys === undefined ? '' : `\n${shader.store(numberOf(shader, keys), index, key)}`)

const byCounting = (context: KernelContext, sorting: Sorting): Dispatch => {
  const { label, rows, length, key, declarations } = sorting
  const shader = newShader(context)
  const main = `
let place = i % ${length};
let first = i - place;
let own = ${key(shader, 'i')};
var rank = first;
for (var k = 0; k < ${length}; k++) {
  let other = ${key(shader, 'first + k')};
  rank += select(0, 1, other < own || (other == own && k < place));
}
${write(shader, sorting, 'rank', 'own', 'place')}`
  return forEach(context, shader, label, rows * length, main, declarations)
}

/** Sorts each stretch of `block` elements of the rows; a row that is shorter is a stretch. */
const sortBlocks = (context: KernelContext, sorting: Sorting): Dispatch => {
  const { label, rows, length, key, declarations } = sorting
  const blocks = Math.ceil(length / block)
  const size = blocks > 1 ? block : 1 << (32 - Math.clz32(length - 1))
  const lanes = Math.min(invocations, size / 2)
  const { workgroups, flat } = workgroupsFor(rows * blocks, context.limits)
  const shader = newShader(context)
  const eachElement = (statements: string): string =>
    `for (var e = i32(localIndex); e < ${size}; e += ${lanes}) {\n${statements}\n}`
  // What is beyond the row has the largest key and larger places than the row's own, so that it stays behind.
  const main = `
let number = ${flat};
if (number < ${rows * blocks}) {
  let first = number / ${blocks} * ${length};
  let begin = number % ${blocks} * ${block};
  ${eachElement(`
    places[e] = begin + e;
    keys[e] = 0xffffffffu;
    if (begin + e < ${length}) { keys[e] = ${key(shader, 'first + begin + e')}; }`)}
  workgroupBarrier();
  for (var run = 2; run <= ${size}; run *= 2) {
    for (var step = run / 2; step > 0; step /= 2) {
      for (var pair = i32(localIndex); pair < ${size / 2}; pair += ${lanes}) {
        let a = 2 * pair - (pair & (step - 1));
        let b = a + step;
        let isAfter = keys[a] > keys[b] || (keys[a] == keys[b] && places[a] > places[b]);
        if (isAfter == ((a & run) == 0)) {
          let key = keys[a];
          keys[a] = keys[b];
          keys[b] = key;
          let place = places[a];
          places[a] = places[b];
          places[b] = place;
        }
      }
      workgroupBarrier();
    }
  }
  ${eachElement(`if (begin + e < ${length}) {\n${write(shader, sorting, 'first + begin + e', 'keys[e]', 'places[e]')}\n}`)}
}`
  return shader.finish({
    label,
    workgroupSize: [lanes, 1, 1],
    workgroups,
    declarations: `${declarations}
var<workgroup> keys: array<u32, ${size}>;
var<workgroup> places: array<i32, ${size}>;`,
    main,
  })
}

/** Merges neighbouring runs of `width`, the last one shorter or alone. */
const mergeRuns = (context: KernelContext, sorting: Sorting, from: Runs, width: number): Dispatch => {
  const { label, rows, length } = sorting
  const shader = newShader(context)
  const [keys, places] = [numberOf(shader, from.keys), numberOf(shader, from.places)]
  const main = `
let place = i % ${length};
let first = i - place;
let run = place / ${width};
let isLeft = run % 2 == 0;
let key = ${shader.load(keys, 'i')};
// The elements of the other run that come before this one: those of the left run also where keys are equal.
let begin = min((run ^ 1) * ${width}, ${length});
var low = begin;
var high = min(begin + ${width}, ${length});
while (low < high) {
  let middle = (low + high) / 2;
  let other = ${shader.load(keys, 'first + middle')};
  if (other < key || (!isLeft && other == key)) { low = middle + 1; } else { high = middle; }
}
let to = first + (run & ~1) * ${width} + place - run * ${width} + low - begin;
${write(shader, sorting, 'to', 'key', shader.load(places, 'i'))}`
  return forEach(context, shader, label, rows * length, main)
}

interface Runs {
  readonly keys: Place
  readonly places: Place
}

export const sortRows = (context: KernelContext, sorting: Sorting): Dispatch[] => {
  const { rows, length } = sorting
  if (rows * length === 0) return []
  if (length <= fewest) return [byCounting(context, sorting)]
  if (length <= block) return [sortBlocks(context, sorting)]
  const scratch = (): Runs => ({
    keys: context.scratch(rows * length, 'uint32'),
    places: context.scratch(rows * length, 'int32'),
  })
  let from = scratch()
  let spare: Runs | undefined
  const dispatches = [sortBlocks(context, { ...sorting, ...from })]
  for (let width = block; width < length; width *= 2) {
    if (2 * width >= length) return [...dispatches, mergeRuns(context, sorting, from, width)]
    const to = spare ?? scratch()
    dispatches.push(mergeRuns(context, { ...sorting, ...to }, from, width))
    spare = from
    from = to
  }
  return dispatches
}
