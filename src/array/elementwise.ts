/**
 * Functions of corresponding elements. Shapes broadcast under NumPy's rules; dtypes must agree; a plain number takes the
 * dtype of the other operand. Binary functions work both ways: `add(a, b)` and `pipe(a, add(b))`.
 *
 * Meaning. Arithmetic is IEEE 754 in the dtype, rounded to nearest even after every operation. int32 and uint32 wrap
 * around; integer division truncates towards zero and gives 0 where the divisor is 0. `mod` takes the sign of the
 * divisor. `maximum` and `minimum` give NaN where an operand is NaN, and 0 is above -0. `sign` of NaN is NaN; of a zero
 * the zero itself. Comparisons with NaN are false. Casting a float to an integer truncates, saturates, and turns NaN
 * into 0; to bool it asks "not 0". exp, log, log1p, sin, cos, tanh, erf and pow are within a few units in the last
 * place of the true value on every device, the same bits on every CPU.
 */
export * from './elementwise/arithmetic.js'
export { and, logicalNot, or, shiftLeft, shiftRight, xor } from './elementwise/bitwise.js'
export * from './elementwise/comparison.js'
export * from './elementwise/convert.js'
export * from './elementwise/select.js'
export * from './elementwise/unary.js'
