/**
 * The array functions without static shapes, for code that holds for every shape: derivatives, composites. The casts that
 * this takes are here. For the rooms of this library; not part of the public API.
 */
import { binaryNode, build, operand, unaryNode } from './build.js'
import { full } from './create.js'
import type { DType } from './dtype.js'
import * as indexing from './indexing.js'
import * as join from './join.js'
import * as move from './move.js'
import { type Node, noAttributes } from './node.js'
import { sum as typedSum } from './reduce.js'
import { broadcastShapes, type Shape } from './shape.js'
import { type AnyTensor, tensorOf } from './tensor.js'
import * as windows from './window.js'

type Any = AnyTensor
type Value = AnyTensor | number

export const asTensor = (node: Node): Any => tensorOf(node)

export const neg = (x: Any): Any => unaryNode('neg', x)
export const abs = (x: Any): Any => unaryNode('abs', x)
export const sign = (x: Any): Any => unaryNode('sign', x)
export const exp = (x: Any): Any => unaryNode('exp', x)
export const log = (x: Any): Any => unaryNode('log', x)
export const log1p = (x: Any): Any => unaryNode('log1p', x)
export const sqrt = (x: Any): Any => unaryNode('sqrt', x)
export const tanh = (x: Any): Any => unaryNode('tanh', x)
export const sin = (x: Any): Any => unaryNode('sin', x)
export const cos = (x: Any): Any => unaryNode('cos', x)
export const floor = (x: Any): Any => unaryNode('floor', x)
export const cast = (x: Any, dtype: DType): Any => (x.dtype === dtype ? x : unaryNode('cast', x, dtype))
export const add = (a: Value, b: Value): Any => binaryNode('add', a, b)
export const sub = (a: Value, b: Value): Any => binaryNode('sub', a, b)
export const mul = (a: Value, b: Value): Any => binaryNode('mul', a, b)
export const div = (a: Value, b: Value): Any => binaryNode('div', a, b)
export const pow = (a: Any, b: Any): Any => binaryNode('pow', a, b)
export const maximum = (a: Value, b: Value): Any => binaryNode('maximum', a, b)
export const minimum = (a: Value, b: Value): Any => binaryNode('minimum', a, b)
export const less = (a: Value, b: Value): Any => binaryNode('less', a, b, 'bool')
export const equal = (a: Value, b: Value): Any => binaryNode('equal', a, b, 'bool')
export const and = (a: Any, b: Any): Any => binaryNode('and', a, b)
export const or = (a: Any, b: Any): Any => binaryNode('or', a, b)

export const not = (x: Any): Any => binaryNode('xor', x, operand(1, 'bool'))

export const select = (condition: Any, a: Value, b: Value): Any => {
  const dtype = typeof a === 'object' ? a.dtype : typeof b === 'object' ? b.dtype : 'float32'
  const x = operand(a, dtype)
  const y = operand(b, dtype)
  const shape = broadcastShapes('select', condition.shape, broadcastShapes('select', x.shape, y.shape))
  return build('select', dtype, shape, noAttributes, condition, x, y)
}

export const matmul = (a: Any, b: Any): Any =>
  build(
    'matmul',
    a.dtype,
    [...broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)), a.shape.at(-2)!, b.shape.at(-1)!],
    noAttributes,
    a,
    b,
  )

export const zeros: (shape: Shape, dtype: DType) => Any = (shape, dtype) => full(shape, 0, dtype)
export const filled: (shape: Shape, value: number | boolean, dtype: DType) => Any = full

/** Empty `axes` reduces nothing. */
export const sum = (x: Any, axes: readonly number[]): Any =>
  axes.length === 0 ? x : (typedSum as (x: Any, axes: readonly number[]) => Any)(x, axes)

export const reshape: (x: Any, shape: Shape) => Any = move.reshape
export const permute = move.permute as (x: Any, permutation: readonly number[]) => Any
export const transpose: (x: Any) => Any = move.transpose
export const broadcastTo: (x: Any, shape: Shape) => Any = move.broadcastTo
export const pad = move.pad as (
  x: Any,
  padding: readonly (readonly [before: number, after: number])[],
  value?: number | boolean,
) => Any
export const concatAll: (tensors: readonly Any[], axis: number) => Any = join.concatAll
export const expandDims: (x: Any, axis: number) => Any = move.expandDims
export const slice: (x: Any, begin: readonly number[], end?: readonly number[]) => Any = move.slice
export const flip: (x: Any, axes: readonly number[]) => Any = move.flip
export const window: (x: Any, options: windows.WindowOptions) => Any = windows.window
export const overlapAdd = windows.overlapAdd as (y: Any, spatial: Shape, options: windows.WindowOptions) => Any
export const gather = indexing.gather as (table: Any, indices: Any, axis?: number) => Any
export const scatterAdd = indexing.scatterAdd as (indices: Any, updates: Any, rows: number) => Any
export const iota = indexing.iota as (shape: Shape, dtype?: DType) => Any
export const argSort = indexing.argSort as (x: Any) => Any
export const cumulativeSum = indexing.cumulativeSum as (x: Any, axis: number) => Any
