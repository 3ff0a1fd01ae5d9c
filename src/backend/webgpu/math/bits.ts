/**
 * What must hold for NaN, infinities and signed zeros is asked of bits: a compiler may assume that floats are numbers, and
 * then `x != x` is false.
 */
import type { Definition } from './definition.js'

const sizeBits = '0x7fffffffu'
const infinityBits = '0x7f800000u'

export const isNaN: Definition = {
  write: (name, { f, u, b }) =>
    `fn ${name}(x: ${f}) -> ${b} { return (bitcast<${u}>(x) & ${u}(${sizeBits})) > ${u}(${infinityBits}); }`,
}

/**
 * 1 with the sign of x where x is not 0, x itself where it is or is NaN. Signs are selected: lavapipe (Mesa 25.0) merges
 * bitwise operations that choose between bits, such as `(a & m) | (b & ~m)`, and gets some of them wrong.
 */
export const sign: Definition = {
  write: (name, { f, u, float }) => `fn ${name}(x: ${f}) -> ${f} {
  let bits = bitcast<${u}>(x);
  let size = bits & ${u}(0x7fffffffu);
  let one = select(${float(1)}, ${float(-1)}, bits >= ${u}(0x80000000u));
  return select(one, x, (size == ${u}()) | (size > ${u}(${infinityBits})));
}`,
}

/** Whether x is neither 0 nor -0; denormals and NaN are not. */
export const isTrue: Definition = {
  write: (name, { f, u, b }) =>
    `fn ${name}(x: ${f}) -> ${b} { return (bitcast<${u}>(x) & ${u}(${sizeBits})) != ${u}(); }`,
}

export const less: Definition = {
  write: (name, { f, b, use }) =>
    `fn ${name}(a: ${f}, b: ${f}) -> ${b} { return (a < b) & !${use('isNaN')}(a) & !${use('isNaN')}(b); }`,
}

export const equal: Definition = {
  write: (name, { f, b, use }) =>
    `fn ${name}(a: ${f}, b: ${f}) -> ${b} { return (a == b) & !${use('isNaN')}(a) & !${use('isNaN')}(b); }`,
}

/**
 * The larger as floats, then what comparing misses: of equal numbers the bits tell 0 from -0, and NaN of either operand
 * wins.
 */
const extreme = (comparison: '<' | '>', bits: '&' | '|'): Definition => ({
  write: (name, { f, u, use }) => `fn ${name}(a: ${f}, b: ${f}) -> ${f} {
  let same = bitcast<${f}>(bitcast<${u}>(a) ${bits} bitcast<${u}>(b));
  let larger = select(select(b, a, a ${comparison} b), same, a == b);
  return select(select(larger, b, ${use('isNaN')}(b)), a, ${use('isNaN')}(a));
}`,
})
export const maximum = extreme('>', '&')
export const minimum = extreme('<', '|')

/** The same where b is a number, and no zero of the sign that loses. */
const bounded = (comparison: '<' | '>'): Definition => ({
  write: (name, { f, use }) => `fn ${name}(x: ${f}, bound: ${f}) -> ${f} {
  return select(bound, x, (x ${comparison} bound) | ${use('isNaN')}(x));
}`,
})
export const atLeast = bounded('>')
export const atMost = bounded('<')

/** A word for every float, in their order; 0 and -0 have one word, NaN the largest. */
export const order: Definition = {
  write: (name, { f, u, use }) => `fn ${name}(x: ${f}) -> ${u} {
  let bits = bitcast<${u}>(x);
  let above = bits | ${u}(0x80000000u);
  let word = select(above, ~bits, bits > ${u}(0x80000000u));
  return select(word, ${u}(0xffffffffu), ${use('isNaN')}(x));
}`,
}
