/** Instructions on memory that threads share. */
import { bytes, type Code, type Operand, signed, unsigned, valueOf } from './code.js'

const i32Constant = (n: number): Code => `\x41${signed(n)}`
const instruction = (code: number, args: readonly Operand[], offset: number): Code => [
  ...args.map((arg) => valueOf(arg, i32Constant)),
  bytes(0xfe, code, 2) + unsigned(offset),
]

export const atomic = {
  load: (address: Operand, offset = 0): Code => instruction(0x10, [address], offset),
  store: (address: Operand, value: Operand, offset = 0): Code => instruction(0x17, [address, value], offset),
  /** Adds and leaves the value from before on the stack. */
  add: (address: Operand, value: Operand, offset = 0): Code => instruction(0x1e, [address, value], offset),
  /** Sleeps while the element is `expected`, without a time limit; leaves how it woke on the stack. */
  wait: (address: Operand, expected: Operand, offset = 0): Code => [
    valueOf(address, i32Constant),
    valueOf(expected, i32Constant),
    bytes(0x42, 0x7f, 0xfe, 0x01, 2) + unsigned(offset),
  ],
  /** Wakes up to `count` sleepers; leaves their number on the stack. */
  notify: (address: Operand, count: Operand, offset = 0): Code => instruction(0x00, [address, count], offset),
}

/** Drops the value on the stack. */
export const drop: Code = '\x1a'
