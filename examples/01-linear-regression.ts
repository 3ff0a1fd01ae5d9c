/**
 * 01: a straight line through points.
 *
 * The whole of training in its smallest form. An array is a lazy value: `add`, `mul` and `mean` only describe what is to
 * be computed. `valueAndGradient` turns a pure function into one that also gives its gradient. A device evaluates.
 *
 *   npx tsx examples/01-linear-regression.ts
 */
import { add, item, mean, mul, normal, rng, square, sub, type Tensor, uniform, valueAndGradient, zeros } from 'pullback'
import { cpu } from 'pullback/cpu'

const device = cpu()

// Points on y = 3 x - 1 with a little noise. A draw takes a generator and gives the next one: nothing is global.
const [x, next] = uniform({ shape: [100], low: -1, high: 1 })(rng(42))
const [noise] = normal({ shape: [100], deviation: 0.1 })(next)
const y = add(sub(mul(x, 3), 1), noise)

interface Line {
  readonly slope: Tensor<[]>
  readonly intercept: Tensor<[]>
}

/** The mean squared distance of the points from a line. */
const loss = ({ slope, intercept }: Line): Tensor<[]> => mean(square(sub(add(mul(x, slope), intercept), y)))
const lossAndGradient = valueAndGradient(loss)

// Gradient descent: a fold of pure steps. Each is evaluated before the next, so the history does not grow.
let line: Line = { slope: zeros([]), intercept: zeros([]) }
for (let step = 0; step <= 100; step++) {
  const [value, gradient] = lossAndGradient(line)
  const after: Line = {
    slope: sub(line.slope, mul(gradient.slope, 0.3)),
    intercept: sub(line.intercept, mul(gradient.intercept, 0.3)),
  }
  const done = device.evaluateSync({ value, after })
  if (step % 20 === 0) console.log(`step ${String(step).padStart(3)}  loss ${item(done.value).toFixed(5)}`)
  line = done.after
}

console.log(`y = ${item(line.slope).toFixed(3)} x + ${item(line.intercept).toFixed(3)}`)
