/** tanh of four float32. */
import type { Code, Local } from '../emit/code.js'
import type { Locals } from '../emit/instructions.js'
import { f32x4, i32x4, v128 } from '../emit/simd.js'
import { exp } from './exponential.js'
import { polynomial } from './polynomial.js'

const { add, sub, mul, div } = f32x4
const coefficients = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 0.133314422036, -0.333332819422]

export const tanh = (locals: Locals, x: Local): Code => {
  const [a, z, large] = [locals.v128(), locals.v128(), locals.v128()]
  return [
    a.set(f32x4.abs(x)),
    z.set(add(a, a)),
    large.set(exp(locals, z)),
    large.set(sub(1, div(2, add(large, 1)))),
    z.set(mul(x, x)),
    z.set(add(mul(mul(polynomial(z, coefficients), z), a), a)),
    // The sign comes last, so that tanh(-0) is -0.
    v128.or(v128.choose(z, large, f32x4.less(a, 0.625)), v128.and(x, i32x4.constant(-0x80000000))),
  ]
}
