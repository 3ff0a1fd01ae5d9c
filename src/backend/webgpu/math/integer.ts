/** Integer arithmetic where WGSL leaves it open or has it otherwise, and casts of floats to integers. */
import type { Definition } from './definition.js'

/** Towards zero, 0 where the divisor is 0; the least integer divided by -1 wraps to itself. */
export const divideInt: Definition = {
  write: (name, { i }) => `fn ${name}(a: ${i}, b: ${i}) -> ${i} {
  let overflows = (a == ${i}(-2147483648)) & (b == ${i}(-1i));
  let divisor = select(b, ${i}(1i), (b == ${i}()) | overflows);
  return select(a / divisor, ${i}(), b == ${i}());
}`,
}
export const divideUint: Definition = {
  write: (name, { u }) => `fn ${name}(a: ${u}, b: ${u}) -> ${u} {
  return select(a / max(b, ${u}(1u)), ${u}(), b == ${u}());
}`,
}

/** a - floor(a / b) b, and a where the divisor is 0. */
export const moduloInt: Definition = {
  write: (name, { i }) => `fn ${name}(a: ${i}, b: ${i}) -> ${i} {
  let divisor = select(b, ${i}(1i), (b == ${i}()) | (b == ${i}(-1i)));
  let remainder = a - a / divisor * divisor;
  let moved = select(remainder, remainder + b, (remainder != ${i}()) & ((remainder ^ b) < ${i}()));
  return select(moved, a, b == ${i}());
}`,
}
export const moduloUint: Definition = {
  write: (name, { u }) => `fn ${name}(a: ${u}, b: ${u}) -> ${u} {
  return select(a % max(b, ${u}(1u)), a, b == ${u}());
}`,
}

/** Truncates, saturates, and turns NaN into 0. */
export const toInt: Definition = {
  write: (name, { f, i, use, float }) => `fn ${name}(x: ${f}) -> ${i} {
  let within = clamp(x, ${float(-2147483648)}, ${float(2147483520)});
  let cut = select(${i}(within), ${i}(0x7fffffffi), x >= ${float(2147483648)});
  return select(cut, ${i}(), ${use('isNaN')}(x));
}`,
}
export const toUint: Definition = {
  write: (name, { f, u, use, float }) => `fn ${name}(x: ${f}) -> ${u} {
  let within = clamp(x, ${float(0)}, ${float(4294967040)});
  let cut = select(${u}(within), ${u}(0xffffffffu), x >= ${float(4294967296)});
  return select(cut, ${u}(), ${use('isNaN')}(x));
}`,
}
