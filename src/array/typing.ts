/** Type functions on shapes: what each array function's result shape is, or a `ShapeError` that says what is wrong. */
import type { DType } from './dtype.js'
import type { Shape } from './shape.js'
import type { Tensor } from './tensor.js'

/** What an argument must be where its shape is wrong: nothing fits it, and the message shows in the editor. */
export interface ShapeError<Message extends string> {
  readonly 'shape error': Message
}
/** Intersect a parameter with it: the message where T is an error, else `unknown`. */
export type Check<T> = T extends ShapeError<string> ? T : unknown
/** A tensor of the computed shape T; an error becomes `never`. */
export type Out<T, D extends DType> = T extends infer S extends Shape ? Tensor<S, D> : never

/** Two sizes under NumPy's rules; `never` where they disagree. */
type Join<A extends number, B extends number> = number extends A
  ? number extends B
    ? number
    : B extends 1
      ? number
      : B
  : number extends B
    ? A extends 1
      ? number
      : A
    : A extends B
      ? A
      : A extends 1
        ? B
        : B extends 1
          ? A
          : never

/** The shape of an elementwise result. */
export type Broadcast<A extends Shape, B extends Shape, R extends number[] = []> = number extends
  | A['length']
  | B['length']
  ? Shape
  : A extends readonly [...infer AI extends number[], infer X extends number]
    ? B extends readonly [...infer BI extends number[], infer Y extends number]
      ? [Join<X, Y>] extends [never]
        ? ShapeError<`sizes ${X} and ${Y} do not broadcast`>
        : Broadcast<AI, BI, [Join<X, Y>, ...R]>
      : [...A, ...R]
    : [...B, ...R]

/** The shape of C against one that was worked out, or the error that this was. */
export type BroadcastTo<C extends Shape, T> = T extends infer S extends Shape ? Broadcast<C, S> : T

/** The more precise of two sizes that must be equal; `never` where they differ. */
export type Same<A extends number, B extends number> = number extends A
  ? B
  : number extends B
    ? A
    : A extends B
      ? A
      : never

export type MatMul<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? Shape
  : A extends readonly [...infer AI extends number[], infer M extends number, infer K extends number]
    ? B extends readonly [...infer BI extends number[], infer L extends number, infer N extends number]
      ? [Same<K, L>] extends [never]
        ? ShapeError<`inner sizes ${K} and ${L} differ`>
        : Broadcast<AI, BI, [M, N]>
      : ShapeError<'right operand of matmul needs rank 2 or more'>
    : ShapeError<'left operand of matmul needs rank 2 or more'>

interface Negatives {
  1: [-1]
  2: [-2, -1]
  3: [-3, -2, -1]
  4: [-4, -3, -2, -1]
  5: [-5, -4, -3, -2, -1]
  6: [-6, -5, -4, -3, -2, -1]
}
type NegativesOf<R> = R extends keyof Negatives ? Negatives[R] : []
type Index<S extends Shape> = { [I in keyof S]: I extends `${infer N extends number}` ? N : never }[number]
/** The axes of S: for rank 2, 0 | 1 | -1 | -2. Unknown rank: number. */
export type Axis<S extends Shape> = number extends S['length'] ? number : Index<S> | NegativesOf<S['length']>[number]
/** Whether index I (a string key) of a rank R shape is one of the axes As, of either sign. */
type Hit<I, R, As> = I extends `${infer N extends number}`
  ? [Extract<As, N | (NegativesOf<R> extends infer L ? (L extends readonly number[] ? L[N] : never) : never)>] extends [
      never,
    ]
    ? false
    : true
  : never
type Drop<S extends Shape, H extends readonly unknown[]> = S extends readonly [
  infer N extends number,
  ...infer T extends number[],
]
  ? H extends readonly [infer X, ...infer U]
    ? [...(X extends true ? [] : [N]), ...Drop<T, U>]
    : never
  : []
export type Reduce<S extends Shape, As extends number, Keep extends boolean> = number extends S['length'] | As
  ? Keep extends true
    ? { [I in keyof S]: number }
    : Shape
  : Keep extends true
    ? { -readonly [I in keyof S]: Hit<I, S['length'], As> extends true ? 1 : S[I] }
    : Drop<S, { [I in keyof S]: Hit<I, S['length'], As> }>
/** All axes reduced. */
export type ReduceAll<S extends Shape, Keep extends boolean> = Keep extends true ? { [I in keyof S]: 1 } : []

/** Sizes of S in the order P (axes of either sign). */
export type Permute<S extends Shape, P extends Shape> = number extends S['length']
  ? { -readonly [I in keyof P]: number }
  : {
      -readonly [I in keyof P]: { [J in keyof S]: Hit<J, S['length'], P[I]> extends true ? S[J] : never }[number]
    }
export type Transpose<S extends Shape> = S extends readonly [
  ...infer I extends number[],
  infer M extends number,
  infer N extends number,
]
  ? [...I, N, M]
  : Shape
/** -1 means "work it out": unknown to the checker. */
export type Asked<T extends Shape> = { -readonly [I in keyof T]: T[I] extends -1 ? number : T[I] }
/** The same rank, sizes unknown. */
export type Resized<S extends Shape> = { -readonly [I in keyof S]: number }

type Clash<A extends Shape, B extends Shape, X> = {
  [I in keyof A]: Hit<I, A['length'], X> extends true
    ? never
    : [Same<A[I], B[I & keyof B] & number>] extends [never]
      ? I
      : never
}[number]
/** Sizes other than axis X must agree; the size along X is left unknown (there is no arithmetic on sizes). */
export type Concat<A extends Shape, B extends Shape, X> = number extends A['length'] | B['length']
  ? Shape
  : A['length'] extends B['length']
    ? [Clash<A, B, X>] extends [never]
      ? {
          -readonly [I in keyof A]: Hit<I, A['length'], X> extends true ? number : Same<A[I], B[I & keyof B] & number>
        }
      : ShapeError<`sizes of axis ${Clash<A, B, X> & string} differ`>
    : ShapeError<`ranks ${A['length']} and ${B['length']} differ`>
