/**
 * exp, log and log1p of float32, after the Cephes library of S. L. Moshier ("Methods and Programs for Mathematical
 * Functions", 1989), with the ends of the range as IEEE 754 has them. Within 2 ulp where the device rounds as IEEE 754
 * does; contracting a multiply-add changes no more than that. Denormal results may be 0.
 */
import { type Definition, polynomial } from './definition.js'

const expCoefficients = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 0.16666665459, 0.50000001201]
/** ln 2 in two parts; the first has few bits, so that its multiples are exact. */
const ln2High = 0.693359375
const ln2Low = -2.1219444e-4

/** e^x = 2^n e^r with |r| <= ln 2 / 2; 2^n in two factors, because n may need more than one float holds. */
export const exp: Definition = {
  write: (name, types) => {
    const { f, i, u, use, float } = types
    return `fn ${name}(x: ${f}) -> ${f} {
  let bounded = clamp(x, ${float(-104)}, ${float(89)});
  let n = round(bounded * ${float(Math.LOG2E)});
  let r = (bounded - n * ${float(ln2High)}) - n * ${float(ln2Low)};
  let series = ${polynomial(types, 'r', expCoefficients)} * (r * r) + r + ${float(1)};
  let whole = ${i}(n);
  let half = whole >> ${u}(1u);
  let low = bitcast<${f}>((half + 127i) << ${u}(23u));
  let high = bitcast<${f}>((whole - half + 127i) << ${u}(23u));
  return select(series * low * high, x, ${use('isNaN')}(x));
}`
  },
}

const logCoefficients = [
  7.0376836292e-2, -0.1151461031, 0.1167699874, -0.12420140846, 0.14249322787, -0.16668057665, 0.20000714765,
  -0.24999993993, 0.33333331174,
]

/** log(1 + f) + e ln 2 for sqrt(1/2) <= 1 + f < sqrt(2) */
export const logOfParts: Definition = {
  write: (name, types) => {
    const { f, float } = types
    return `fn ${name}(f: ${f}, e: ${f}) -> ${f} {
  let square = f * f;
  let series = ${polynomial(types, 'f', logCoefficients)} * f * square;
  let rest = (series + e * ${float(ln2Low)}) - square * ${float(0.5)};
  return (f + rest) + e * ${float(ln2High)};
}`
  },
}

/** 0 gives -infinity, infinity and NaN themselves, what is below 0 NaN; `value` is the logarithm of the others. */
export const logEnds: Definition = {
  opaque: true,
  write: (name, { f, u }) => `fn ${name}(x: ${f}, value: ${f}) -> ${f} {
  let bits = bitcast<${u}>(x);
  let size = bits & ${u}(0x7fffffffu);
  let above = select(value, x, bits >= ${u}(0x7f800000u));
  let below = select(above, bitcast<${f}>(${u}(0x7fc00000u | zero)), bits > ${u}(0x80000000u));
  return select(below, bitcast<${f}>(${u}(0xff800000u | zero)), size == ${u}());
}`,
}

/** A denormal is read off its bits: a device may take it for 0. */
export const log: Definition = {
  write: (name, { f, i, u, use }) => `fn ${name}(x: ${f}) -> ${f} {
  let word = bitcast<${u}>(x);
  let small = word < ${u}(0x00800000u);
  let shifted = bitcast<${i}>(select(word, bitcast<${u}>(${f}(word)), small)) - ${i}(0x3f3504f3i);
  let fraction = bitcast<${f}>((shifted & ${i}(0x007fffffi)) + ${i}(0x3f3504f3i)) - 1.0f;
  let exponent = (shifted >> ${u}(23u)) - select(${i}(), ${i}(149i), small);
  return ${use('logEnds')}(x, ${use('logOfParts')}(fraction, ${f}(exponent)));
}`,
}

/**
 * With 2^e from 1 + x rounded, 1 + x = 2^e (1 + f) for f = 2^-e x + (2^-e - 1): only the sum is rounded, and not even
 * that where e is 0. Beyond 2^24 the 1 is lost in x.
 */
export const log1p: Definition = {
  write: (name, { f, i, u, use }) => `fn ${name}(x: ${f}) -> ${f} {
  let sum = x + 1.0f;
  let shifted = bitcast<${i}>(sum) - ${i}(0x3f3504f3i);
  let exponent = shifted >> ${u}(23u);
  let scale = bitcast<${f}>((127i - min(exponent, ${i}(30i))) << ${u}(23u));
  let near = x * scale + (scale - 1.0f);
  let far = bitcast<${f}>((shifted & ${i}(0x007fffffi)) + ${i}(0x3f3504f3i)) - 1.0f;
  let value = ${use('logOfParts')}(select(near, far, exponent > ${i}(24i)), ${f}(exponent));
  return select(${use('logEnds')}(sum, value), x, (bitcast<${u}>(x) & ${u}(0x7fffffffu)) < ${u}(0x33000000u));
}`,
}
