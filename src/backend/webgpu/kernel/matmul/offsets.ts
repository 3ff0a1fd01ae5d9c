/** Offsets of a side's elements, and places of the epilogue, as statements of a shader. */
import { sizeOf } from '../../../../array/shape.js'
import type { Limits } from '../../dispatch.js'
import { address, places } from '../../emit/address.js'
import { emitBody } from '../../emit/body.js'
import type { Lanes } from '../../emit/lanes.js'
import type { Shader } from '../../emit/shader.js'
import type { Axis, Epilogue, Side } from './problem.js'

/** Declares `name`: the offset of number `flat` (an i32 expression) along an axis, from `start` on. */
export const declareOffset = (name: string, { dims, strides }: Axis, flat: string, start = '0i'): string => {
  const { code, at } = places(dims, flat, name)
  const sum = address({ offset: 0, strides }, at)
  return `${code}\nlet ${name} = ${start === '0i' ? sum : sum === '0i' ? start : `${start} + ${sum}`};`
}

/** Declares `name`: where the matrix of a side begins that is number `batch` of the batch. */
export const declareMatrix = (name: string, { batch, offset }: Side): string =>
  sizeOf(batch.dims) === 1 ? `let ${name} = ${offset}i;` : declareOffset(name, batch, 'batch', `${offset}i`)

/** Whether four columns that begin at multiples of 4 are neighbours in the last dim, too. */
export const columnsInFours = ({ columns }: Epilogue): boolean =>
  columns.length > 0 && columns[columns.length - 1] % 4 === 0

/** The epilogue: statements for each of its three groups of places, and for its body at one place (or four columns). */
export interface EpilogueCode {
  /** Goes where the i32 `batch` is known. */
  readonly batch: string
  /** Goes where the i32 `row` is known. */
  readonly row: string
  /** Goes where the i32 `column` is known. */
  readonly column: string
  readonly body: string
}

export const epilogueCode = (shader: Shader, epilogue: Epilogue, result: string, lanes: Lanes = 1): EpilogueCode => {
  const batch = places(epilogue.batch, 'batch', 'batchAt')
  const row = places(epilogue.rows, 'row', 'rowAt')
  const column = places(epilogue.columns, 'column', 'columnAt')
  const { code } = emitBody(shader, epilogue.body, [...batch.at, ...row.at, ...column.at], result, lanes)
  return { batch: batch.code, row: row.code, column: column.code, body: code }
}

/** `count` workgroups, folded where they are more than fit in one direction; `number` is a u32 and may be count or more. */
export const workgroupsFor = (
  count: number,
  { workgroups }: Limits,
): { readonly workgroups: readonly [number, number, number]; readonly code: string } => {
  if (count <= workgroups) return { workgroups: [count, 1, 1], code: 'let number = group.x;' }
  const y = Math.ceil(count / workgroups)
  const x = Math.ceil(count / y)
  return {
    workgroups: [x, y, 1],
    code: `let number = group.y * ${x}u + group.x;\nif (number >= ${count}u) { return; }`,
  }
}

/** Number `index` (a name) of a list, whose length is a power of 2. Compilers unroll loops over arrays instead, however long they are. */
export const chosen = (terms: readonly string[], index: string): string => {
  const half = terms.length >> 1
  return half === 0
    ? terms[0]
    : `select(${chosen(terms.slice(0, half), index)}, ${chosen(terms.slice(half), index)}, (${index} & ${half}u) != 0u)`
}
