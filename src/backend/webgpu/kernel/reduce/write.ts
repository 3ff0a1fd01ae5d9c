/** Writes the main function of a reduction: loops over the elements of a place, joins across a workgroup, and ends. */
import { sizeOf } from '../../../../array/shape.js'
import { places } from '../../emit/address.js'
import { type Lanes, typeOf } from '../../emit/lanes.js'
import type { Shader } from '../../emit/shader.js'
import type { Parts, State } from './state.js'
import { ceilPower, type Sharing } from './strategy.js'

export interface Task {
  readonly shader: Shader
  readonly state: State
  readonly lanes: Lanes
  /** Whether four lanes are neighbouring places, not elements of one. */
  readonly abreast: boolean
  readonly sharing: Sharing
  /** Kept dims, and reduced ones; with four lanes the last kept or the last reduced one counts groups of four. */
  readonly kept: readonly number[]
  readonly reduced: readonly number[]
  /** Into how many chunks the elements are cut; the last kept dim counts them, where there are several. */
  readonly chunks: number
  /** Statements for the element at these places, number `flat` of its kept place, and its state. */
  readonly element: (
    kept: readonly string[],
    reduced: readonly string[],
    flat: string,
  ) => { readonly code: string; readonly parts: Parts }
  /** Statements that use the state of a kept place, or of four. */
  readonly end: (kept: readonly string[], parts: Parts) => string
}

interface Source {
  readonly declarations: string
  readonly main: string
  readonly workgroups: readonly [number, number, number]
  readonly workgroupSize: readonly [number, number, number]
}

const declare = (state: State, prefix: string, lanes: Lanes): { readonly code: string; readonly parts: Parts } => {
  const parts = state.parts.map((_, i) => `${prefix}${i}`)
  const code = state.parts
    .map(({ dtype, identity }, i) => {
      const type = typeOf(dtype, lanes)
      return `var ${parts[i]} = ${lanes === 1 ? identity : `${type}(${identity})`};`
    })
    .join('\n')
  return { code, parts }
}

/** A chain of more additions than this is cut in two levels. */
const longestChain = 64

/** Rows of a single invocation that are longer than this are cut in blocks, where there may be many of them. */
const longestRow = 256
const rowBlock = 128

/** All elements of a place by one invocation: nested loops, so that nothing is divided. */
const nested = (task: Task, kept: readonly string[], total: Parts): string => {
  const { shader, state, lanes, reduced, element } = task
  const large = reduced.flatMap((size, d) => (size > 1 ? [d] : []))
  const at = reduced.map((_, d) => (large.includes(d) ? `r${d}` : '0i'))
  const { code, parts } = element(kept, at, 'flat')
  const inner = large[large.length - 1]
  const cut = state.rounds && large.length > 1 && reduced[inner] > 8 && sizeOf(reduced) > longestChain
  const part = declare(state, 'part', lanes)
  const loop = (d: number, body: string): string =>
    `for (var r${d} = 0i; r${d} < i32(${shader.bound(reduced[d])}); r${d}++) {\n${body}\n}`
  const step = `${code}\n${state.join(cut ? part.parts : total, parts, lanes)}\nflat++;`
  if (large.length === 0) return `var flat = 0i;\n${step}`
  const joined = (code: string): string => `${part.code}\n${code}\n${state.join(total, part.parts, lanes)}`
  const whole = (): string => (cut ? joined(loop(inner, step)) : loop(inner, step))
  const inBlocks = (): string => `for (var block = 0i; block < ${reduced[inner]}i; block += ${rowBlock}i) {
${joined(`let blockEnd = min(block + ${rowBlock}i, ${reduced[inner]}i);
for (var r${inner} = block; r${inner} < blockEnd; r${inner}++) {
${step}
}`)}
}`
  const body = cut && shader.context.limits.software && reduced[inner] > longestRow ? inBlocks() : whole()
  return `var flat = 0i;\n${large.slice(0, -1).reduceRight((text, d) => loop(d, text), body)}`
}

/** Every so many-th element, `count` in all. */
const strided = (
  task: Task,
  kept: readonly string[],
  slice: string,
  chunk: string | undefined,
  total: Parts,
): string => {
  const { shader, state, lanes, reduced, chunks, sharing, element } = task
  const count = sizeOf(reduced)
  const length = Math.ceil(count / chunks)
  const place = places(reduced, 'flat', 'r')
  const { code, parts } = element(kept, place.at, 'flat')
  const body = (into: Parts): string => `${place.code}\n${code}\n${state.join(into, parts, lanes)}`
  const { slices } = sharing
  const begin = chunk === undefined ? slice : `${chunk} * ${length}i + ${slice}`
  const end = chunk === undefined ? `i32(${shader.bound(count)})` : `min((${chunk} + 1i) * ${length}i, ${count}i)`
  const turns = Math.ceil(length / slices)
  if (!state.rounds || turns <= longestChain)
    return `let end = ${end};
for (var flat = ${begin}; flat < end; flat += ${slices}i) {
${body(total)}
}`
  const block = slices * ceilPower(Math.sqrt(turns))
  const part = declare(state, 'part', lanes)
  return `let end = ${end};
for (var block = ${begin}; block < end; block += ${block}i) {
${part.code}
let blockEnd = min(block + ${block}i, end);
for (var flat = block; flat < blockEnd; flat += ${slices}i) {
${body(part.parts)}
}
${state.join(total, part.parts, lanes)}
}`
}

/** How many slices of a place are left when the rest can be joined within subgroups; 1 where none can. */
const leftToSubgroups = (shader: Shader, { slices, slicesFirst, places: side }: Sharing): number => {
  const { least, most } = shader.context.limits.subgroups
  // Invocations are numbered along subgroups where all of them are full.
  if ((side * slices) % most !== 0) return 1
  return Math.max(1, Math.min(slices, slicesFirst ? least : Math.floor(least / side)))
}

/**
 * Joins what the slices of a place have, halving their number: through workgroup memory, and the last few times, where
 * what is joined lies within one subgroup, directly. The order is the same either way.
 */
const tree = (shader: Shader, state: State, sharing: Sharing, parts: Parts, lanes: Lanes): string => {
  const { slices, slicesFirst, places: side } = sharing
  const apart = slicesFirst ? 1 : side
  const left = leftToSubgroups(shader, sharing)
  const of = (index: string): Parts => parts.map((_, i) => `shared${i}[${index}]`)
  const here = of('localIndex')
  const copy = parts.map((part, i) => `${here[i]} = ${part};`).join('\n')
  const lines: string[] = []
  if (left < slices)
    lines.push(`${copy}
for (var half = ${shader.bound(slices / 2)}; half >= ${left}u; half >>= 1u) {
workgroupBarrier();
if (slice < i32(half)) {
${state.join(parts, of(`localIndex + half * ${apart}u`), lanes)}
${copy}
}
}`)
  if (left > 1) shader.withSubgroups()
  for (let half = left / 2; half >= 1; half /= 2) {
    const other = parts.map(() => shader.fresh('below'))
    lines.push(
      ...other.map((name, i) => `let ${name} = subgroupShuffleDown(${parts[i]}, ${half * apart}u);`),
      state.join(parts, other, lanes),
    )
  }
  return lines.join('\n')
}

export const write = (task: Task): Source => {
  const { shader, state, lanes, abreast, sharing, kept, reduced, chunks, end } = task
  const width = abreast ? lanes : 1
  const { limits } = shader.context
  const count = sizeOf(kept)
  const { places: side, slices, slicesFirst } = sharing
  const groups = Math.max(1, Math.ceil(count / side))
  const y = Math.ceil(groups / limits.workgroups)
  const x = Math.ceil(groups / y)
  const group = y === 1 ? 'i32(group.x)' : `i32(group.y * ${x}u + group.x)`
  const split = slicesFirst
    ? [`localIndex & ${slices - 1}u`, `localIndex / ${slices}u`]
    : [`localIndex / ${side}u`, `localIndex & ${side - 1}u`]
  const place = places(kept, 'place', 'k')
  const total = declare(state, 'total', lanes)
  const whole = count % side === 0 && x * y === groups
  const chunk = chunks > 1 ? place.at[kept.length - 1] : undefined
  const elements =
    slices === 1 && chunks === 1 && reduced.filter((size) => size > 1).length > 1 && (reduced.at(-1) ?? 1) <= 4096
      ? nested(task, place.at, total.parts)
      : strided(task, place.at, 'slice', chunk, total.parts)
  const single = lanes === width ? total.parts : state.parts.map((_, i) => `single${i}`)
  const collapse =
    lanes === width
      ? ''
      : [
          // ((0 + 2) + (1 + 3))
          ...['x', 'y'].map((lane) => state.parts.map((_, i) => `var ${lane}${i} = total${i}.${lane};`).join('\n')),
          ...[
            ['x', 'z'],
            ['y', 'w'],
          ].map(([a, b]) =>
            state.join(
              state.parts.map((_, i) => `${a}${i}`),
              state.parts.map((_, i) => `total${i}.${b}`),
              1,
            ),
          ),
          state.parts.map((_, i) => `var single${i} = x${i};`).join('\n'),
          state.join(
            single,
            state.parts.map((_, i) => `y${i}`),
            1,
          ),
        ].join('\n')
  const inside = whole ? [] : [`place < ${count}i`]
  const last = [...(slices > 1 ? ['slice == 0i'] : []), ...inside]
  const guarded = (conditions: readonly string[], code: string): string =>
    conditions.length === 0 ? `{\n${code}\n}` : `if (${conditions.join(' && ')}) {\n${code}\n}`
  return {
    declarations:
      leftToSubgroups(shader, sharing) === slices
        ? ''
        : state.parts
            .map(({ dtype }, i) => `var<workgroup> shared${i}: array<${typeOf(dtype, width)}, ${side * slices}>;`)
            .join('\n'),
    main: `let slice = i32(${split[0]});
let place = ${group} * ${side}i + i32(${split[1]});
${place.code}
${total.code}
${guarded(inside, elements)}
${collapse}
${slices === 1 ? '' : tree(shader, state, sharing, single, width)}
${guarded(last, end(place.at, single))}`,
    workgroups: [x, y, 1],
    workgroupSize: [side * slices, 1, 1],
  }
}
