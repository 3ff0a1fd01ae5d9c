/**
 * erf of four float32, within 1.5 ulp: a polynomial near 0, and 1 - e^p(|x|) beyond (N. Juffa's coefficients).
 */
import type { Code, Local } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { exp } from './exponential.js'
import { polynomial } from './polynomial.js'

const { add, sub, mul } = f32x4

const near = [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 0.112819925, -0.376125336, 0.128379166]
const far = [-1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -0.106777877, -0.634846687, -0.128717512]
/** Where the two meet. */
const boundary = 0.927734375
const signBit = i32x4.constant(-0x80000000)

export const erf = (locals: Locals, x: Local): Code => {
  const [size, square, value] = [locals.v128(), locals.v128(), locals.v128()]
  return [
    // erf rounds to 1 beyond 4; powers of infinities must not meet.
    size.set(f32x4.firstMin(f32x4.abs(x), 5)),
    square.set(mul(x, x)),
    value.set(sub(mul(polynomial(locals, size, far), size), size)),
    value.set(sub(1, exp(locals, value))),
    value.set(v128.choose(x, value, signBit)),
    v128.choose(value, add(mul(polynomial(locals, square, near), x), x), f32x4.greater(size, boundary)),
  ]
}
