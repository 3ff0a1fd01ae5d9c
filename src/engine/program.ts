/**
 * The canonical program of a tree: what a device sees. Instructions stand inputs before users; leaves are numbered by
 * first visit; literals are lifted to scalars, numbered by occurrence; aliases are gone.
 *
 * Two trees that differ only in data and in lifted numbers have equal programs, and so one plan.
 */
import type { DType } from '../array/dtype.js'
import type { Op } from '../array/node.js'
import type { Shape } from '../array/shape.js'

/**
 * Ops that reach a device, by what they make of their inputs. Arrays are row-major; attributes are numbers.
 *
 * | op | inputs | attributes | result |
 * | --- | --- | --- | --- |
 * | input | | its number | that input of the run |
 * | scalar | | its number | that scalar of the run, rounded to the dtype; shape [] |
 * | constant | | the value | that number, rounded to the dtype; shape [] |
 * | iota | | | 0, 1, 2, ... |
 * | neg abs sign exp log log1p sin cos tanh erf sqrt floor | x | | the function of each element |
 * | cast | x | | the number in another dtype: floats to integers truncate and saturate, NaN becomes 0; integers keep their 32 bits; a bool is "not 0" |
 * | bitcast | x | | the same 32 bits in another dtype |
 * | add sub mul div mod pow maximum minimum | a, b | | of corresponding elements |
 * | less equal | a, b | | a bool |
 * | and or xor | a, b | | bitwise; of bools logical |
 * | shiftLeft shiftRight | a, b | | by b bits; to the right, int32 keeps its sign |
 * | select | c, a, b | | a where the bool c is true, else b |
 * | sum prod max min | x | axes, ascending | over these axes, which are dropped |
 * | argMax | x | axes | the place (int32) of the first largest element in the row-major order of these axes |
 * | reshape | x | | the elements in the same order |
 * | barrier | x, ... | | x; the other inputs are to be computed before what uses it |
 * | broadcast | x | | by NumPy's rule |
 * | permute | x | axis of x for each axis | the axes in another order |
 * | slice | x | begin of each axis, step of each axis | every step-th element from begin on |
 * | flip | x | axes | backwards along these |
 * | pad | x, value | before and after of the first axis, of the second, ... | x, and the value around it |
 * | concat | x, ... | the axis | one after another along it |
 * | dynamicSlice | x, starts | | a window at starts (int32, one for each axis), moved so that it fits |
 * | matmul | a, b | | [..., m, k] times [..., k, n]; the leading axes broadcast |
 * | window | x | size, stride, dilation of each spatial axis | [lead, spatial] becomes [lead, size, count]: y[k, o] = x[o stride + k dilation] |
 * | overlapAdd | y | size, stride, dilation | [lead, size, count] becomes [lead, spatial]: each element is added to where window reads it, from 0 |
 * | gather | table, indices | | rows: [n, rest] and [m] become [m, rest]; m is any number of axes, an index outside of the table reads 0 |
 * | scatterAdd | indices, updates | | [m] and [m, rest] become [n, rest]: from 0, every update is added to its row; outside it adds nothing |
 * | argSort | x | | places (int32) along the last axis, ascending; stable, NaN last |
 * | cumulativeSum | x | the axis | the sum of the elements up to each |
 * | scan | first carry, sequences, captures | | several results, see {@link ScanProgram} |
 * | project | the scan | which result | that one |
 *
 * Functions of two or three arrays broadcast their inputs by NumPy's rule. Arithmetic is in the dtype of a and b: floats
 * round after every operation, integers wrap around. Integer division truncates, and is 0 where b is 0; mod is a -
 * floor(a / b) b, so that it has the sign of b, and a where an integer b is 0. maximum, minimum, max and min give NaN
 * where there is one, argMax its place. Comparisons with NaN are false. Sums and products have an order that decides
 * their bits (src/array/reduce.ts and src/array/contract.ts state it; scatterAdd, overlapAdd and cumulativeSum go in
 * ascending order): who keeps it has the bits of `cpu`, who does not is to be as accurate.
 */
export type InstructionOp =
  | Exclude<Op, 'literal' | 'data' | 'argument' | 'alias' | 'project'>
  | 'input'
  | 'scalar'
  | 'constant'
  | 'project'

/** One primitive, and where its operands come from. */
export interface Instruction {
  readonly op: InstructionOp
  /** Of the result; that of a scan, which has several, says nothing. */
  readonly dtype: DType
  readonly shape: Shape
  /** Numbers of earlier instructions. */
  readonly inputs: readonly number[]
  /** What else decides the meaning; see {@link InstructionOp}. */
  readonly attributes: readonly number[]
  /** The body of a scan, else undefined. */
  readonly body: ScanProgram | undefined
}

/** A graph as a list: every instruction stands behind those that it takes. */
export interface Program {
  readonly instructions: readonly Instruction[]
  /** Instruction of each input, in the order of the inputs. */
  readonly inputs: readonly number[]
  /** How many scalars there are, those of scan bodies included. */
  readonly scalars: number
  /** Instruction of each output; one instruction may be several outputs, or an input. */
  readonly outputs: readonly number[]
}

/**
 * The body of a scan: a program that runs `length` times. Its inputs are the carry, one slice of each sequence (along its
 * first axis), and the captures, which are the same for every step; its outputs the next carry, then one slice of each
 * stacked result. Results of the scan instruction: the last carry, then the stacked results. Scalars are numbered as the
 * outer program's: a body gets all of them.
 */
export interface ScanProgram {
  readonly program: Program
  readonly length: number
  /** From the last slice to the first; slices of stacked results still stand at their step's index. */
  readonly reverse: boolean
  /** How many arrays there are of each kind. */
  readonly carry: number
  readonly sequences: number
  readonly captures: number
  readonly stacked: number
}

/** An instruction with other inputs. Written out, for all instructions to have one hidden class. */
export const withInputs = (
  { op, dtype, shape, attributes, body }: Instruction,
  inputs: readonly number[],
): Instruction => ({ op, dtype, shape, inputs, attributes, body })
