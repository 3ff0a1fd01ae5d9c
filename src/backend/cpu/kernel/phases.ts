/**
 * Long bodies in phases. A processor overlaps vectors that do not depend on one another, but only so far as it has room
 * for operations that wait for their arguments: where a body is one long chain of them, only three or four vectors fit. So
 * a strip of a row goes through the first phase of the body, then through the next; what a phase leaves for later ones
 * lies in the scratch memory. Which phase computes what changes no bit.
 */
import type { Code, Local } from '../emit/code.js'
import { doWhile, either, i32, type Locals, when } from '../emit/instructions.js'
import { v128 } from '../emit/simd.js'
import { latencyOf } from '../math/operations.js'
import { type Part, partsCode } from '../math/part.js'
import type { StrideClass, StructuredBody } from '../plan/body.js'
import type { Result, VectorCode } from './vector.js'

/** Bytes of a row that go through one phase before they go through the next. */
const stripBytes = 1024
/** Cycles from start to end that a phase should take. */
const phaseLatency = 28
/** Cycles of a load. */
const loadLatency = 5
const vectorBytes = 16
/** Shorter rows do not gain. */
const shortestRow = 128

const depthsOf = (costs: readonly number[], inputs: (i: number) => readonly number[]): readonly number[] => {
  const depths: number[] = []
  for (const [i, cost] of costs.entries()) depths.push(cost + Math.max(0, ...inputs(i).map((input) => depths[input])))
  return depths
}
const countOf = (depths: readonly number[]): number => Math.round(Math.max(0, ...depths) / phaseLatency)

/** Whether rows of `length` places go through the body in phases. */
export const isPhased = (
  { operands, steps }: StructuredBody,
  classes: readonly StrideClass[],
  length: number,
): boolean => {
  if (length < shortestRow || classes.includes('far')) return false
  const costs = [...operands.map(() => loadLatency), ...steps.map(latencyOf)]
  return countOf(depthsOf(costs, (v) => (v < operands.length ? [] : steps[v - operands.length].args))) > 1
}

interface Phase {
  readonly parts: readonly Part[]
  /** What earlier phases keep for this one, and what it keeps for later ones. */
  readonly reads: readonly Local[]
  readonly writes: readonly Local[]
  readonly results: readonly Result[]
}

interface Chain {
  /** Numbers of the parts that each part reads. */
  readonly inputs: readonly (readonly number[])[]
  /** Cycles from the start to the end of each part. */
  readonly depths: readonly number[]
}

const chainOf = (parts: readonly Part[]): Chain => {
  const writer = new Map(parts.flatMap(({ writes }, i) => writes.map((local) => [local, i] as const)))
  const inputs = parts.map(({ reads }) => reads.map((local) => writer.get(local)!))
  const latencies = parts.map(({ latency }) => latency)
  return { inputs, depths: depthsOf(latencies, (i) => inputs[i]) }
}

/** The first phase in which each part can come. */
const firstPhases = (parts: readonly Part[], { inputs, depths }: Chain): readonly number[] => {
  const count = countOf(depths)
  const budget = Math.max(0, ...depths) / count
  const phases: number[] = []
  const ends: number[] = []
  for (const [i, { latency }] of parts.entries()) {
    const phase = Math.max(0, ...inputs[i].map((input) => phases[input]))
    const start = Math.max(0, ...inputs[i].map((input) => (phases[input] === phase ? ends[input] : loadLatency)))
    const isNext = phase + 1 < count && start > loadLatency && start + latency / 2 > budget
    phases.push(isNext ? phase + 1 : phase)
    ends.push((isNext ? loadLatency : start) + latency)
  }
  return phases
}

type Uses = Map<Local, Set<number>>

const addUses = (uses: Uses, local: Local, phases: readonly number[]): void => {
  uses.set(local, new Set([...(uses.get(local) ?? []), ...phases]))
}

/** The phases in which each part comes; `uses` are phases that need values and gets those of the parts' arguments. */
const choosePhases = (
  parts: readonly Part[],
  { depths }: Chain,
  first: readonly number[],
  uses: Uses,
  early: ReadonlyMap<Local, number>,
): ReadonlyMap<Part, readonly number[]> => {
  const chosen = new Map<Part, readonly number[]>()
  const usesOf = (local: Local): readonly number[] => {
    const stored = early.get(local)
    return [...(uses.get(local) ?? [])].filter((phase) => stored === undefined || phase <= stored)
  }
  for (const [i, part] of [...parts.entries()].reverse()) {
    const { reads, writes, latency } = part
    const needed = [...new Set(writes.flatMap(usesOf))]
    // Loads are as cheap to do again as to keep, and a single operation on them comes where it is needed.
    const isLight = depths[i] <= 2 * loadLatency || (latency <= loadLatency && reads.every((local) => early.has(local)))
    const own = reads.length === 0 || needed.length === 0 ? needed : [isLight ? Math.min(...needed) : first[i]]
    chosen.set(part, own)
    for (const local of reads) addUses(uses, local, own)
  }
  return chosen
}

/**
 * The body in phases; `reads` must be there after the last one. Results are stored as soon as they are there: then they
 * do not take up registers, and later phases load them from where they are. Only those that may be in the memory of what
 * a later phase loads are stored at the end.
 */
export const phasesOf = (
  parts: readonly Part[],
  results: readonly Result[],
  reads: readonly Local[],
): readonly Phase[] => {
  const chain = chainOf(parts)
  const first = firstPhases(parts, chain)
  const last = Math.max(0, ...first)
  const writer = new Map(parts.flatMap((part) => part.writes.map((local) => [local, part] as const)))
  const choose = (early: ReadonlyMap<Local, number>) => {
    const uses: Uses = new Map()
    for (const { value } of results) addUses(uses, value, [early.get(value) ?? last])
    for (const local of reads) addUses(uses, local, [last])
    return { uses, chosen: choosePhases(parts, chain, first, uses, early) }
  }

  const { chosen: latest } = choose(new Map())
  const isLoaded = (local: Local, after: number): boolean =>
    (latest.get(writer.get(local)!) ?? []).some((phase) => phase > after)
  const early = new Map<Local, number>()
  for (const { value } of results) {
    const part = writer.get(value)
    if (part === undefined || part.reads.length === 0) continue
    const [phase] = latest.get(part)!
    const canBe = ({ stored, over }: Result): boolean =>
      stored !== undefined && !over.some((local) => isLoaded(local, phase))
    if (phase < last && results.every((result) => result.value !== value || canBe(result))) early.set(value, phase)
  }

  const { uses, chosen } = choose(early)
  const isUsed = (local: Local, phase: number): boolean => uses.get(local)?.has(phase) ?? false
  return Array.from({ length: last + 1 }, (_, phase) => {
    const own = parts.filter((part) => chosen.get(part)!.includes(phase))
    const others = parts.filter((part) => !own.includes(part)).flatMap(({ writes }) => writes)
    const wanted = others.filter((local) => isUsed(local, phase))
    const loads = wanted
      .filter((local) => early.has(local))
      .map((local): Part => {
        const { stored } = results.find(({ value }) => value === local)!
        return { reads: [], code: local.set(stored!), writes: [local], latency: loadLatency }
      })
    return {
      parts: [...loads, ...own],
      reads: wanted.filter((local) => !early.has(local)),
      writes: own.flatMap(({ reads, writes }) =>
        reads.length === 0
          ? []
          : writes.filter((local) => !early.has(local) && [...uses.get(local)!].some((use) => use > phase)),
      ),
      results: results.filter(({ value }) => (early.get(value) ?? last) === phase),
    }
  })
}

export interface Row {
  readonly vectors: VectorCode
  /** How far into the row the vector is, and the end of the whole vectors, in bytes. */
  readonly offset: Local
  readonly end: Local
  /** Comes after each vector; the locals that it reads. */
  readonly each: Code
  readonly reads: readonly Local[]
}

/** All whole vectors of a row, one after the other. */
export const straightRow = ({ vectors, offset, end, each }: Row): Code =>
  when(
    end,
    doWhile(
      [
        vectors.vector(undefined),
        vectors.stores(undefined),
        each,
        vectors.advance,
        offset.set(i32.add(offset, vectorBytes)),
      ],
      i32.lessUnsigned(offset, end),
    ),
  )

/** The same in phases. */
export const phasedRow = (locals: Locals, { vectors, offset, end, each, reads }: Row, scratch: Local): Code => {
  const phases = phasesOf(vectors.parts(), vectors.results, reads)
  const kept = [...new Set(phases.flatMap(({ writes }) => writes))]
  const [at, begin, stripEnd] = [locals.i32(), locals.i32(), locals.i32()]
  const place = (local: Local): number => vectorBytes * kept.indexOf(local)
  const phaseCode = (phase: Phase, p: number): Code => [
    offset.set(begin),
    at.set(scratch),
    doWhile(
      [
        phase.reads.map((local) => local.set(v128.load(at, place(local)))),
        partsCode(phase.parts),
        phase.results.map(({ store }) => store),
        phase.writes.map((local) => v128.store(at, local, place(local))),
        p === phases.length - 1 ? each : [],
        at.set(i32.add(at, vectorBytes * kept.length)),
        offset.set(i32.add(offset, vectorBytes)),
      ],
      i32.lessUnsigned(offset, stripEnd),
    ),
  ]
  return when(
    end,
    doWhile(
      [
        begin.set(offset),
        stripEnd.set(i32.add(offset, stripBytes)),
        stripEnd.set(either('i32', i32.lessUnsigned(stripEnd, end), stripEnd.get, end.get)),
        phases.map(phaseCode),
      ],
      i32.lessUnsigned(offset, end),
    ),
  )
}
