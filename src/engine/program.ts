/**
 * The canonical program of a tree: what a device sees. Instructions stand inputs before users; leaves are numbered by
 * first visit; literals are lifted to scalars, numbered by occurrence; aliases are gone.
 *
 * Two trees that differ only in data and in lifted numbers have equal programs, and so one plan.
 */
import type { DType } from '../array/dtype.js'
import type { Op } from '../array/node.js'
import type { Shape } from '../array/shape.js'

/** Ops that reach a device. `input` is a data leaf or an argument, `scalar` a lifted literal, `constant` a structural one. */
export type InstructionOp =
  | Exclude<Op, 'literal' | 'data' | 'argument' | 'alias' | 'project'>
  | 'input'
  | 'scalar'
  | 'constant'
  | 'project'

export interface Instruction {
  readonly op: InstructionOp
  readonly dtype: DType
  readonly shape: Shape
  /** Numbers of earlier instructions. */
  readonly inputs: readonly number[]
  /**
   * As on the node (see src/array where the op is built). input: [number of the input]; scalar: [number of the scalar];
   * constant: [value]; project: [number of the result of the scan].
   */
  readonly attributes: readonly number[]
  /** The body of a scan, else undefined. */
  readonly body: ScanProgram | undefined
}

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
 * The body of a scan. Inputs of `program`: the carry, one slice of each sequence, the captures. Its outputs: the next
 * carry, then one step's part of each stacked result. Results of the scan instruction: the last carry, then the stacked
 * results; `project` picks one. Its scalars are numbered as the outer program's: they are lifted through.
 */
export interface ScanProgram {
  readonly program: Program
  readonly length: number
  readonly reverse: boolean
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
