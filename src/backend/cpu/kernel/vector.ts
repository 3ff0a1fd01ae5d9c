/**
 * Code for the body of a kernel, four neighbouring places of one dim at a time.
 *
 * Values have levels: what depends on constants and scalars alone is computed once a call, what stays the same along the
 * vectorised dim once a row, the rest for every vector. The last places of a row go through the same code: loads may read
 * beyond the row, stores write single lanes.
 */
import type { DType } from '../../../array/dtype.js'
import type { Code, Local } from '../emit/code.js'
import { i32, type Locals, select, when } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { operation, stepParts, uniformShift } from '../math/operations.js'
import type { Part } from '../math/part.js'
import type { StrideClass, StructuredBody, StructuredOperand, StructuredStore } from '../plan/body.js'
import { baseAt, type Layout, scalarAt, strideAt } from '../plan/layout.js'

export interface VectorOptions {
  readonly descriptor: Local
  readonly layout: Layout
  readonly structure: StructuredBody
  readonly classes: readonly StrideClass[]
  /** The vectorised dim. */
  readonly dim: number
  /** How far into the row the vector is, in bytes; undefined where the pointers themselves move along the row. */
  readonly offset: Local | undefined
  /** The locals of the pointers, where another vector has them too. */
  readonly pointers?: readonly Local[]
  /** How many vectors further on this one is; only neighbours and what stays the same may be loaded then. */
  readonly ahead?: number
  /** Whether loads that stay the same along the vectorised dim stay so for a row, and not for a vector only. */
  readonly rows: boolean
}

export interface Result {
  readonly value: Local
  readonly store: Code
  /** The value, from where it was stored; undefined where that is not a simple load. */
  readonly stored: Code | undefined
  /** Loaded values that may have been in the same memory. */
  readonly over: readonly Local[]
}

export interface VectorCode {
  /** The local that holds the pointer at the beginning of the row. */
  readonly pointers: readonly Local[]
  readonly value: (v: number) => Local
  /** Sets the pointers to their bases. */
  readonly start: Code
  /** Once a call. */
  readonly once: Code
  /** Once a row, after its pointers are set. */
  readonly row: Code
  /** Loads and steps of one vector; `count` is the number of places left where there may be fewer than four. */
  readonly vector: (count: Local | undefined, compact?: boolean) => Code
  /** The same for a whole vector, in parts, where nothing but `offset` moves. */
  readonly parts: () => readonly Part[]
  /** What is stored of a whole vector, part by part. */
  readonly results: readonly Result[]
  readonly stores: (count: Local | undefined) => Code
  /** Moves on to the next vector what `offset` does not move. */
  readonly advance: Code
}

type Level = 0 | 1 | 2
const onceLevel = 0
const rowLevel = 1
const vectorLevel = 2

const loadLatency = 5

const constantCode = (dtype: DType, value: number): Code =>
  dtype === 'float32' ? f32x4.constant(value) : i32x4.constant(dtype === 'bool' ? -Number(value !== 0) : value)

const constantOf = (operand: StructuredOperand | undefined): number | undefined =>
  operand?.kind === 'constant' ? operand.value : undefined

export const vectorCode = (locals: Locals, options: VectorOptions): VectorCode => {
  const { descriptor, layout, structure, classes, dim, offset, rows, ahead = 0 } = options
  const { operands, steps } = structure
  const pointers = options.pointers ?? classes.map(() => locals.i32())
  const word = (address: number): Code => i32.load(descriptor, address)

  const levels: Level[] = operands.map((operand) =>
    operand.kind === 'constant' || operand.kind === 'scalar'
      ? onceLevel
      : classes[operand.pointer] === 0 && rows
        ? rowLevel
        : vectorLevel,
  )
  for (const { args } of steps) levels.push(Math.max(onceLevel, ...args.map((arg) => levels[arg])) as Level)
  const dtypes = [...operands, ...steps].map(({ dtype }) => dtype)
  const values = dtypes.map(() => locals.v128())

  // Pointers with a far stride walk by themselves, and know the distances of their four lanes.
  const walkers = classes.map((c) => (c === 'far' && offset !== undefined ? locals.i32() : undefined))
  const distances = classes.map((c) => (c === 'far' ? [locals.i32(), locals.i32(), locals.i32()] : []))
  const indices = new Map(
    operands.flatMap((operand) => (operand.kind === 'index' ? [[operand.pointer, locals.v128()] as const] : [])),
  )
  const position = (p: number): Local => walkers[p] ?? pointers[p]
  const address = (p: number): Code => {
    const at = pointers[p]
    if (offset === undefined || classes[p] === 0) return at.get
    if (classes[p] === 1) return i32.add(at, offset)
    if (classes[p] === 2) return i32.add(at, i32.shiftLeft(offset, 1))
    return classes[p] === -1 ? i32.sub(at, offset) : walkers[p]!.get
  }

  const farLoad = (p: number, count: Local | undefined): Code => {
    const at = position(p)
    return [1, 2, 3].reduce<Code>((vector, lane) => {
      const distance = distances[p][lane - 1]
      // A lane beyond the end reads the first place again: its own may be outside of memory.
      const safe = count === undefined ? distance : select(distance, i32.constant(0), i32.greater(count, lane))
      return v128.loadLane(i32.add(at, safe), vector, lane)
    }, v128.loadFirst(at))
  }
  const loadCode = (p: number, count: Local | undefined): Code => {
    const at = address(p)
    switch (classes[p]) {
      case 0:
        return v128.loadSplat(at)
      case 1:
        return v128.load(at, 16 * ahead)
      case 2:
        return v128.shuffle(v128.load(at), v128.load(at, 16), [0, 2, 4, 6])
      case -1:
        return v128.shuffle(v128.load(i32.sub(at, 12)), i32x4.constant(0), [3, 2, 1, 0])
      case 'far':
        return farLoad(p, count)
    }
  }
  const indexCode = ({ pointer, dtype }: { readonly pointer: number; readonly dtype: DType }): Code => {
    const first = i32x4.splat(classes[pointer] === 0 ? pointers[pointer] : position(pointer))
    const number = classes[pointer] === 0 ? first : i32x4.add(first, indices.get(pointer)!)
    return dtype === 'float32' ? f32x4.fromInteger(number) : number
  }
  const fromMemory = (dtype: DType, code: Code): Code => (dtype === 'bool' ? i32x4.neg(code) : code)
  const operandCode = (operand: StructuredOperand, count: Local | undefined): Code => {
    const { kind, dtype } = operand
    if (kind === 'constant') return constantCode(dtype, operand.value)
    if (kind === 'scalar') return fromMemory(dtype, v128.loadSplat(word(scalarAt(layout, operand.scalar))))
    return kind === 'index' ? indexCode(operand) : fromMemory(dtype, loadCode(operand.pointer, count))
  }

  // Shifts by one count for all lanes take it from an ordinary local.
  const counts = new Map<number, Local>()
  for (const { op, args } of steps)
    if ((op === 'shiftLeft' || op === 'shiftRight') && levels[args[1]] < vectorLevel)
      counts.set(args[1], counts.get(args[1]) ?? locals.i32())
  const setValue = (v: number, code: Code): Code => {
    const count = counts.get(v)
    return [values[v].set(code), count === undefined ? [] : count.set(i32x4.lane(values[v], 0))]
  }
  const stepCode = (i: number, compact: boolean): Code => {
    const step = steps[i]
    const args = step.args.map((arg) => values[arg])
    const bits = step.op === 'shiftLeft' || step.op === 'shiftRight' ? counts.get(step.args[1]) : undefined
    if (bits !== undefined) return uniformShift(step.op as 'shiftLeft' | 'shiftRight', step.dtype, args[0], bits)
    const constants = step.args.map((arg) => constantOf(operands[arg]))
    return operation(locals, step, dtypes[step.args[0]], args, constants, compact)
  }
  const compute = (level: Level, count: Local | undefined, compact: boolean): Code => [
    operands.map((operand, v) => (levels[v] === level ? setValue(v, operandCode(operand, count)) : [])),
    steps.map((_, i) => {
      const v = operands.length + i
      return levels[v] === level ? setValue(v, stepCode(i, compact)) : []
    }),
  ]

  const parts = (): readonly Part[] => [
    ...operands.flatMap((operand, v): readonly Part[] =>
      levels[v] === vectorLevel
        ? [{ reads: [], code: setValue(v, operandCode(operand, undefined)), writes: [values[v]], latency: loadLatency }]
        : [],
    ),
    ...steps.flatMap((step, i): readonly Part[] => {
      const v = operands.length + i
      if (levels[v] !== vectorLevel) return []
      const args = step.args.filter((arg) => levels[arg] === vectorLevel).map((arg) => values[arg])
      return stepParts(locals, step, args, values[v], () => stepCode(i, false))
    }),
  ]

  const stride = (p: number): Code => word(strideAt(layout, p, dim))
  const prepareFar: Code = classes.map((c, p): Code => {
    if (c !== 'far') return []
    const [one, two, three] = distances[p]
    const index = indices.get(p)
    if (index !== undefined) return index.set(i32x4.mul(i32x4.splat(stride(p)), v128.lanes(0, 1, 2, 3)))
    return [one.set(stride(p)), two.set(i32.shiftLeft(one, 1)), three.set(i32.add(one, two))]
  })

  const storeLane = (p: number, value: Local, lane: number): Code => {
    const at = address(p)
    if (lane === 0 || classes[p] === 0) return v128.storeLane(at, value, lane)
    if (classes[p] === 'far') return v128.storeLane(i32.add(at, distances[p][lane - 1]), value, lane)
    return classes[p] === -1
      ? v128.storeLane(i32.sub(at, 4 * lane), value, lane)
      : v128.storeLane(at, value, lane, 4 * lane * (classes[p] as number))
  }
  const inMemory = structure.stores.map(({ value }) => (dtypes[value] === 'bool' ? locals.v128() : values[value]))
  const storeFew = (p: number, value: Local, count: Local): Code => [
    storeLane(p, value, 0),
    when(i32.greater(count, 1), storeLane(p, value, 1)),
    when(i32.greater(count, 2), storeLane(p, value, 2)),
  ]
  const storeFour = (p: number, value: Local): Code =>
    classes[p] === 1 ? v128.store(address(p), value) : [0, 1, 2, 3].map((lane) => storeLane(p, value, lane))

  const storeCode = ({ value, pointer }: StructuredStore, i: number, count: Local | undefined): Code => {
    const local = inMemory[i]
    const prepare = dtypes[value] === 'bool' ? local.set(v128.and(values[value], 1)) : []
    return [prepare, count === undefined ? storeFour(pointer, local) : storeFew(pointer, local, count)]
  }
  const resultOf = (store: StructuredStore, i: number): Result => {
    const { value, pointer, over } = store
    return {
      value: values[value],
      store: storeCode(store, i, undefined),
      stored: classes[pointer] === 1 && dtypes[value] !== 'bool' ? v128.load(address(pointer)) : undefined,
      over: operands.flatMap((operand, v) =>
        operand.kind === 'load' && over.includes(operand.pointer) ? [values[v]] : [],
      ),
    }
  }

  return {
    pointers,
    value: (v) => values[v],
    start: pointers.map((local, p) => local.set(word(baseAt(layout, p)))),
    once: [prepareFar, compute(onceLevel, undefined, true)],
    row: [walkers.map((walker, p) => walker?.set(pointers[p]) ?? []), compute(rowLevel, undefined, true)],
    parts,
    results: structure.stores.map(resultOf),
    vector: (count, compact = count !== undefined) => compute(vectorLevel, count, compact),
    stores: (count) => structure.stores.map((store, i) => storeCode(store, i, count)),
    advance: walkers.map((walker, p) => walker?.set(i32.add(walker, i32.shiftLeft(stride(p), 2))) ?? []),
  }
}
