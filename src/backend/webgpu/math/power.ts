/**
 * Powers and remainders of float32.
 *
 * a^b = 2^(b log2 |a|) with the logarithm and the product in two floats, after fdlibm's e_powf (Sun Microsystems; float
 * version by I. L. Taylor, 1993), within 3 ulp. High parts are cut from the bits, to 12 of them, so that products of high
 * parts are exact; contracting or regrouping what follows does no harm. Special cases are those of src/array/scalar's pow.
 */
import { type Definition, polynomial, type Types } from './definition.js'

/** Coefficients of 3/2 (log x - 2s - 2/3 s³) for s = (x - 1) / (x + 1). */
const logCoefficients = [
  2.0697501302e-1, 2.3066075146e-1, 2.7272811532e-1, 3.3333334327e-1, 4.2857143283e-1, 6.0000002384e-1,
]
/** 2^r for |r| <= 1/2 */
const exp2Coefficients = [
  1.5353362e-4, 1.339887440266574e-3, 9.61843735767464e-3, 5.550332471162809e-2, 2.402264791363012e-1,
  6.931472028550421e-1, 1,
]

/** The first 12 bits. */
const cut = ({ f, u }: Types, x: string): string => `bitcast<${f}>(bitcast<${u}>(${x}) & ${u}(0xfffff000u))`

/** b log2(a) of a positive finite a, as a sum of two floats: its parts are `high` and `low` of the caller. */
const powerOfSize = (types: Types): string => {
  const { f, i, u, float } = types
  return `
  let word = bitcast<${u}>(size);
  let isSmall = word < ${u}(0x00800000u);
  let normal = bitcast<${i}>(select(word, bitcast<${u}>(${f}(word)), isSmall));
  let mantissa = normal & ${i}(0x007fffffi);
  let upper = mantissa >= ${i}(0x005db3d7i);
  let isHalf = (mantissa > ${i}(0x001cc471i)) & !upper;
  let exponent = (normal >> ${u}(23u)) - ${i}(127i) - select(${i}(), ${i}(149i), isSmall) + select(${i}(), ${i}(1i), upper);
  let x = bitcast<${f}>((mantissa | ${i}(0x3f800000i)) - select(${i}(), ${i}(0x00800000i), upper));
  let base = select(${float(1)}, ${float(1.5)}, isHalf);
  let difference = x - base;
  let reciprocal = ${float(1)} / (x + base);
  let s = difference * reciprocal;
  let sHigh = ${cut(types, 's')};
  let sumHigh = ${cut(types, '(x + base)')};
  let sumLow = x - (sumHigh - base);
  let sLow = reciprocal * ((difference - sHigh * sumHigh) - sHigh * sumLow);
  let s2 = s * s;
  let rest = s2 * s2 * ${polynomial(types, 's2', logCoefficients)} + sLow * (sHigh + s);
  let square = sHigh * sHigh;
  let seriesHigh = ${cut(types, `(${float(3)} + square + rest)`)};
  let seriesLow = rest - ((seriesHigh - ${float(3)}) - square);
  let u0 = sHigh * seriesHigh;
  let v0 = sLow * seriesHigh + seriesLow * s;
  let pHigh = ${cut(types, '(u0 + v0)')};
  let pLow = v0 - (pHigh - u0);
  let zHigh = ${float(0.96191406)} * pHigh;
  let zLow = ${float(-1.1736857402e-4)} * pHigh + pLow * ${float(0.96179670095)} + select(${f}(), ${float(1.56322085e-6)}, isHalf);
  let baseHigh = select(${f}(), ${float(0.584960938)}, isHalf);
  let whole = ${f}(exponent);
  let logHigh = ${cut(types, '(((zHigh + zLow) + baseHigh) + whole)')};
  let logLow = zLow - (((logHigh - whole) - baseHigh) - zHigh);
  let factor = clamp(b, ${float(-8589934592)}, ${float(8589934592)});
  let factorHigh = ${cut(types, 'factor')};
  let high = factorHigh * logHigh;
  let low = (factor - factorHigh) * logHigh + factor * logLow;`
}

export const pow: Definition = {
  opaque: true,
  write: (name, types) => {
    const { f, i, u, use, float } = types
    return `fn ${name}(a: ${f}, b: ${f}) -> ${f} {
  let size = abs(a);${powerOfSize(types)}
  let total = clamp(high + low, ${float(-252)}, ${float(252)});
  let n = round(total);
  let r = select(total - n, (high - n) + low, abs(total) < ${float(252)});
  let steps = ${i}(n);
  let half = steps >> ${u}(1u);
  let first = bitcast<${f}>((half + 127i) << ${u}(23u));
  let second = bitcast<${f}>((steps - half + 127i) << ${u}(23u));
  var value = ${polynomial(types, 'r', exp2Coefficients)} * first * second;
  let isWhole = floor(b) == b;
  let halved = b * 0.5f;
  let isOdd = isWhole & (floor(halved) != halved);
  let infinite = bitcast<${f}>(${u}(0x7f800000u | zero));
  let isNone = bitcast<${f}>(${u}(0x7fc00000u | zero));
  let isZero = word == ${u}();
  let isInfinite = word == ${u}(0x7f800000u);
  let bWord = bitcast<${u}>(b);
  value = select(value, select(${f}(), infinite, isInfinite == (bWord < ${u}(0x80000000u))), isZero | isInfinite);
  value = select(value, isNone, (word == ${u}(0x3f800000u)) & ((bWord & ${u}(0x7fffffffu)) == ${u}(0x7f800000u)));
  value = select(value, isNone, (bitcast<${u}>(a) > ${u}(0x80000000u)) & !isWhole & !isInfinite);
  value = select(value, -value, isOdd & (bitcast<${u}>(a) >= ${u}(0x80000000u)));
  value = select(value, isNone, ${use('isNaN')}(a) | ${use('isNaN')}(b));
  return select(value, ${float(1)}, (bWord & ${u}(0x7fffffffu)) == ${u}());
}`
  },
}

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
