/**
 * tanh of float32, within 4 ulp, from one exponential and one division: with m = e^(-2|x|) - 1, which keeps its digits
 * where x is small, |tanh x| = -m / (m + 2). Of how signs are set see bits.ts.
 */
import { type Definition, polynomial } from './definition.js'

/** Minimax coefficients of (e^r - 1 - r) / r² for |r| <= ln 2 / 2, relative to e^r - 1. */
const coefficients = [0.0013882516075118096, 0.00836651931525329, 0.04166719989184238, 0.16666543629386002, 0.49999998]
/** tanh rounds to 1 beyond. */
const largest = 9.1

export const tanh: Definition = {
  write: (name, types) => {
    const { f, i, u, use, float } = types
    return `fn ${name}(x: ${f}) -> ${f} {
  let y = -2.0f * min(abs(x), ${float(largest)});
  let n = round(y * ${float(Math.LOG2E)});
  let power = bitcast<${f}>((${i}(n) + 127i) << ${u}(23u));
  let r = (y - n * ${float(0.693359375)}) - n * ${float(-2.1219444e-4)};
  let series = r * r * ${polynomial(types, 'r', coefficients)} + r;
  let m = power * series + (power - 1.0f);
  let size = abs(m / (m + 2.0f));
  let value = select(size, -size, bitcast<${u}>(x) >= ${u}(0x80000000u));
  return select(value, x, ${use('isNaN')}(x));
}`
  },
}
