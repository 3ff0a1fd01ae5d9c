/** erf of float32, within 3 ulp: a polynomial near 0, and 1 - e^p(|x|) beyond (N. Juffa's coefficients). */
import { type Definition, polynomial } from './definition.js'

const near = [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 0.112819925, -0.376125336, 0.128379166]
const far = [-1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -0.106777877, -0.634846687, -0.128717512]
/** Where the two meet. */
const boundary = 0.927734375

export const erf: Definition = {
  write: (name, types) => {
    const { f, u, use, float } = types
    return `fn ${name}(x: ${f}) -> ${f} {
  let size = min(abs(x), ${float(5)});
  let square = x * x;
  let tail = 1.0f - ${use('exp')}(${polynomial(types, 'size', far)} * size - size);
  let signed = select(tail, -tail, bitcast<${u}>(x) >= ${u}(0x80000000u));
  let center = ${polynomial(types, 'square', near)} * x + x;
  return select(select(center, signed, size > ${float(boundary)}), x, ${use('isNaN')}(x));
}`
  },
}
