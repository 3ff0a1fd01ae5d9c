/**
 * sin and cos of float32, within 3 ulp of the value, or of 1/2 where that is larger.
 *
 * Below 8192 the argument is reduced by multiples of pi/2 in the manner of Cody and Waite ("Software Manual for the
 * Elementary Functions", 1980), with pi/2 in parts of 11 bits, whose multiples are exact. Beyond, in integers with 2/pi
 * to 224 bits, after Payne and Hanek ("Radian reduction for trigonometric functions", 1983). The polynomials are those of
 * the Cephes library of S. L. Moshier (1989).
 */
import { type Definition, polynomial, type Types } from './definition.js'

const moderate = 8192
const high = 1.5703125
const middle = 4.837512969970703e-4
const low = 7.549789948768648e-8

const sinCoefficients = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]
const cosCoefficients = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]

/** The high half of the product of a number of 24 bits and a word. */
export const multiplyHigh: Definition = {
  write: (name) => `fn ${name}(m: u32, w: u32) -> u32 {
  let cross = (m >> 16u) * (w & 0xffffu) + (((m & 0xffffu) * (w & 0xffffu)) >> 16u);
  let rest = (m & 0xffffu) * (w >> 16u) + (cross & 0xffffu);
  return (m >> 16u) * (w >> 16u) + (cross >> 16u) + (rest >> 16u);
}`,
}

/**
 * The remainder of x modulo pi/2, and the quadrant. x = m 2^e; a window of 96 bits of 2/pi, of which the first has the
 * weight 2^(1 - e), times m is x 2/pi modulo 4, with 2 bits before the point.
 */
export const reduceLarge: Definition = {
  write: (name, { useScalar }) => `fn ${name}(x: f32) -> vec2f {
  let word = bitcast<u32>(x);
  let m = (word & 0x007fffffu) | 0x00800000u;
  let first = max((word >> 23u) & 0xffu, 137u) - 120u;
  var bits = array<u32, 8>(
    0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu
  );
  let at = first >> 5u;
  let left = first & 31u;
  let right = 31u - left;
  let w0 = (bits[at] << left) | ((bits[at + 1u] >> 1u) >> right);
  let w1 = (bits[at + 1u] << left) | ((bits[at + 2u] >> 1u) >> right);
  let w2 = (bits[at + 2u] << left) | ((bits[at + 3u] >> 1u) >> right);
  let partial = m * w1;
  var small = partial + ${useScalar('multiplyHigh')}(m, w2);
  var large = m * w0 + ${useScalar('multiplyHigh')}(m, w1) + select(0u, 1u, small < partial);
  let quadrant = (large + 0x20000000u) >> 30u;
  large = large - (quadrant << 30u);
  let negative = (large & 0x80000000u) != 0u;
  if (negative) {
    small = ~small + 1u;
    large = ~large + select(0u, 1u, small == 0u);
  }
  let size = (f32(large) * 0x1p-30f + f32(small) * 0x1p-62f) * 1.5707963f;
  let value = vec2f(select(size, -size, negative), f32(quadrant));
  return select(value, -value, word >= 0x80000000u);
}`,
}

/** sin(x + shift pi/2). Parts are hidden from compilers, which might add them up. */
const shifted = (shift: 0 | 1): Definition => ({
  opaque: true,
  write: (name, types) => {
    const { f, i, u, b, float, lanes, useScalar } = types
    const reduce = (lane: string): string => `if (beyond${lane}) {
    let reduced = ${useScalar('reduceLarge')}(x${lane});
    r${lane} = reduced.x;
    n${lane} = reduced.y;
  }`
    const large = lanes === 1 ? reduce('') : `for (var k = 0u; k < 4u; k++) { ${reduce('[k]')} }`
    return `fn ${name}(x: ${f}) -> ${f} {
  let beyond: ${b} = abs(x) >= ${float(moderate)};
  let near = select(x, ${f}(), beyond);
  var n = round(near * ${float(0.6366197723675814)});
  let first = ${hidden(types, `n * ${float(high)}`)};
  let second = ${hidden(types, `n * ${float(middle)}`)};
  var r = select(((near - first) - second) - n * ${float(low)}, near, n == ${f}());
  ${large}
  let quadrant = bitcast<${u}>(${i}(n)) + ${u}(${shift}u);
  let square = r * r;
  let sine = ${polynomial(types, 'square', sinCoefficients)} * square * r + r;
  let cosine = ${polynomial(types, 'square', cosCoefficients)} * square * square - square * ${float(0.5)} + ${float(1)};
  let value = select(sine, cosine, (quadrant & ${u}(1u)) != ${u}());
  let turned = bitcast<${f}>(bitcast<${u}>(value) ^ ((quadrant & ${u}(2u)) << ${u}(30u)));
  let size = bitcast<${u}>(x) & ${u}(0x7fffffffu);
  let ended = select(turned, bitcast<${f}>(${u}(0x7fc00000u | zero)), size >= ${u}(0x7f800000u));
  return ${shift === 0 ? `select(ended, x, size == ${u}())` : 'ended'};
}`
  },
})

const hidden = ({ f, u }: Types, x: string): string => `bitcast<${f}>(bitcast<${u}>(${x}) | ${u}(zero))`

export const sin = shifted(0)
export const cos = shifted(1)
