/** Powers and remainders of float32. */
import type { Definition } from './definition.js'

export const pow: Definition = { write: (name, { f }) => `fn ${name}(a: ${f}, b: ${f}) -> ${f} { return pow(a, b); }` }

/**
 * a - floor(a / b) b. A device's quotient may be an ulp off, and then its floor a whole number: where the nearest whole
 * number of divisors is a itself, it is the quotient.
 */
export const modulo: Definition = {
  write: (name, { f }) => `fn ${name}(a: ${f}, b: ${f}) -> ${f} {
  let quotient = a / b;
  let nearest = round(quotient);
  return a - select(floor(quotient), nearest, nearest * b == a) * b;
}`,
}
