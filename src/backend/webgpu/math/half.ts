/**
 * Floats as IEEE half precision, for values that are stored so.
 *
 * WGSL leaves open which of two neighbours a conversion takes, whether it keeps denormals (below 2^-14), and what becomes
 * of what a half cannot hold. The last is settled here, by bits: from 65520 on, where rounding to the nearest comes to
 * infinity, it is infinity of the same sign; what is between that and the largest half, 65504, is that; NaN is NaN.
 */
import type { Definition } from './definition.js'

const largest = 65504
/** The bits of 65520. */
const overflowBits = '0x477ff000u'

export const toHalf: Definition = {
  opaque: true,
  write: (name, { lanes, f, u, use, float }) => {
    const h = lanes === 1 ? 'f16' : 'vec4<f16>'
    const hidden = (bits: string): string => `${h}(bitcast<vec2<f16>>(${bits} | zero).x)`
    return `fn ${name}(x: ${f}) -> ${h} {
  let bits = bitcast<${u}>(x);
  let near = ${h}(clamp(x, ${float(-largest)}, ${float(largest)}));
  let infinite = select(${hidden('0x7c00u')}, ${hidden('0xfc00u')}, bits >= ${u}(0x80000000u));
  let value = select(near, infinite, (bits & ${u}(0x7fffffffu)) >= ${u}(${overflowBits}));
  return select(value, ${hidden('0x7e00u')}, ${use('isNaN')}(x));
}`
  },
}

/** What a float is once it was stored as a half. */
export const throughHalf: Definition = {
  write: (name, { f, use }) => `fn ${name}(x: ${f}) -> ${f} { return ${f}(${use('toHalf')}(x)); }`,
}
