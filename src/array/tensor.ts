/**
 * The public array: an immutable node of a pure dataflow graph. Building one computes nothing.
 *
 * Static shapes are gradual. An unknown size turns into `any` inside one phantom property that is not exported, so it
 * fits both ways, while 784 and 783 do not. The literal shape stands in no ordinary member: covariance would undo that.
 */
import { type DType, type DTypeOf, dtypeOf, type HostArray, hostArrayFrom } from './dtype.js'
import { fail } from './error.js'
import { Node, noAttributes, type Storage, scalarShape } from './node.js'
import { checkShape, type Shape, showShape, sizeOf } from './shape.js'

// biome-ignore lint/suspicious/noExplicitAny: the gradual rule is this `any`; it never reaches a user
type Unknown = any
type Loose<S extends Shape> = number extends S['length']
  ? Unknown
  : { readonly [I in keyof S]: number extends S[I] ? Unknown : S[I] }
declare const sizes: unique symbol

/** An immutable array: a node of a pure dataflow graph. Building one computes nothing. It has no methods. */
export interface Tensor<S extends Shape = Shape, D extends DType = 'float32'> {
  readonly dtype: D
  readonly shape: Shape
  readonly [sizes]: Loose<S>
}

/** A tensor of any shape and dtype. */
export type AnyTensor = Tensor<Shape, DType>

/** A literal tuple type without `readonly`. */
export type Mutable<S extends Shape> = { -readonly [I in keyof S]: S[I] }

/**
 * Whether a value is a tensor.
 *
 * @example
 * import { isTensor, zeros } from 'pullback'
 *
 * isTensor(zeros([2])) // => true
 * isTensor([0, 0]) // => false
 */
export const isTensor = (value: unknown): value is AnyTensor => value instanceof Node
/** The node behind a tensor. For the rooms of this library; not part of the public API. */
export const nodeOf = (tensor: AnyTensor): Node => tensor as unknown as Node
/** The tensor of a node, with the static type that the caller states. */
export const tensorOf = <S extends Shape = Shape, D extends DType = DType>(node: Node): Tensor<S, D> =>
  node as unknown as Tensor<S, D>

/**
 * The shape with its static type.
 *
 * @example
 * import { shapeOf, zeros } from 'pullback'
 *
 * const [rows, columns] = shapeOf(zeros([2, 3]))
 * rows * columns // => 6
 */
export const shapeOf = <S extends Shape>(x: Tensor<S, DType>): S => x.shape as S

/** A leaf over storage, without a copy: the caller gives the bytes away. For the rooms of this library. */
export const leaf = <D extends DType>(storage: Storage, shape: Shape, dtype: D): Tensor<Shape, D> =>
  tensorOf(new Node('data', dtype, shape, noAttributes, storage))

/** Nested lists of numbers, as people write small arrays. */
export type NestedNumbers = number | readonly NestedNumbers[]
export type NestedBooleans = boolean | readonly NestedBooleans[]
type Nested = number | boolean | readonly Nested[]

const nestedShape = (values: Nested): number[] =>
  typeof values === 'number' || typeof values === 'boolean'
    ? []
    : [values.length, ...(values.length > 0 ? nestedShape(values[0]) : [])]

const flatten = (values: Nested, shape: Shape, depth: number, out: (number | boolean)[]): void => {
  if (typeof values === 'number' || typeof values === 'boolean') {
    if (depth !== shape.length) fail('tensor', `lists nested ${shape.length} deep`, 'a number', 'Nest evenly.')
    out.push(values)
    return
  }
  if (depth >= shape.length || values.length !== shape[depth])
    fail(
      'tensor',
      `a list of ${shape[depth] ?? 'numbers'}`,
      `a list of ${values.length}`,
      'Make all rows equally long.',
    )
  for (const value of values) flatten(value, shape, depth + 1, out)
}

/**
 * An array of host values. The values are copied, so later changes of a typed array do not reach the tensor.
 *
 * `tensor(nested)` takes nested lists: numbers make float32, booleans make bool. `tensor(values, shape)` takes a flat
 * list or typed array in row-major order; a typed array brings its dtype. A third argument states the dtype.
 *
 * @throws PullbackError when lists are ragged, or the number of values is not that of the shape
 * @example
 * const x = tensor([[1, 2], [3, 4]])
 * x.shape // => [2, 2]
 */
export function tensor(values: NestedNumbers): Tensor
export function tensor(values: NestedBooleans): Tensor<Shape, 'bool'>
export function tensor<const S extends Shape, A extends HostArray>(values: A, shape: S): Tensor<Mutable<S>, DTypeOf<A>>
export function tensor<const S extends Shape, D extends DType = 'float32'>(
  values: ArrayLike<number | boolean>,
  shape: S,
  dtype?: D,
): Tensor<Mutable<S>, NoInfer<D>>
export function tensor(values: Nested | ArrayLike<number | boolean>, shape?: Shape, dtype?: DType): AnyTensor {
  if (shape === undefined) {
    const nested = values as Nested
    const inferred = nestedShape(nested)
    const flat: (number | boolean)[] = []
    flatten(nested, inferred, 0, flat)
    return tensor(flat, inferred, typeof flat[0] === 'boolean' ? 'bool' : 'float32')
  }
  const list = values as ArrayLike<number | boolean>
  checkShape('tensor', shape)
  if (list.length !== sizeOf(shape))
    fail(
      'tensor',
      `${sizeOf(shape)} values for shape ${showShape(shape)}`,
      `${list.length}`,
      'Give one value for each element, in row-major order.',
    )
  const type = dtype ?? dtypeOf(list) ?? 'float32'
  return leaf({ kind: 'host', data: hostArrayFrom(type, list) }, [...shape], type)
}

/**
 * A scalar that is part of the program, not of its structure: changing it re-uses the compiled plan.
 *
 * @example
 * import { literal, mul, tensor } from 'pullback'
 *
 * const rate = literal(0.1)
 * mul(tensor([1, 2]), rate).shape // => [2]
 */
export const literal = <D extends DType = 'float32'>(value: number | boolean, dtype?: D): Tensor<[], NoInfer<D>> =>
  tensorOf(new Node('literal', dtype ?? 'float32', scalarShape, noAttributes, Number(value)))

/** Data of a leaf on the host, without a copy; undefined where there is none. For the rooms of this library. */
export const hostData = (x: AnyTensor): HostArray | undefined => {
  const node = nodeOf(x)
  if (node.op !== 'data') return undefined
  const storage = node.payload as Storage
  return storage.kind === 'host' ? storage.data : undefined
}

/**
 * The elements of an evaluated tensor, copied, in row-major order.
 *
 * @throws PullbackError when the tensor is not evaluated yet, or lives in a device's memory
 * @example
 * import { tensor, toArray } from 'pullback'
 *
 * toArray(tensor([[1, 2], [3, 4]])) // => Float32Array [1, 2, 3, 4]
 */
export const toArray = <D extends DType>(x: Tensor<Shape, D>): HostArray<D> => {
  const data = hostData(x)
  if (data === undefined) {
    const node = nodeOf(x)
    if (node.op === 'literal') return hostArrayFrom(x.dtype, [node.payload as number])
    return fail(
      'toArray',
      'an evaluated tensor on the host',
      node.op === 'data' ? 'one in device memory' : `a pending ${node.op}`,
      'Write toArray(device.evaluateSync(x)), or await device.evaluate(x).',
    )
  }
  return data.slice() as HostArray<D>
}

/**
 * The one element of an evaluated tensor of size 1.
 *
 * @throws PullbackError when there is not exactly one element, or it is not evaluated yet
 * @example
 * import { item, sum, tensor } from 'pullback'
 * import { reference } from 'pullback/reference'
 *
 * item(reference().evaluateSync(sum(tensor([1, 2, 3])))) // => 6
 */
export const item = (x: AnyTensor): number => {
  if (sizeOf(x.shape) !== 1)
    fail('item', 'a tensor of one element', showShape(x.shape), 'Reduce it first, or use toArray.')
  return toArray(x)[0]
}
