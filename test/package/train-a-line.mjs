/** Fits a line by gradient descent, on both devices that need nothing installed; they must agree to the last few bits. */
import { add, mean, mul, sub, tensor, toArray, valueAndGradient } from 'pullback'
import { cpu } from 'pullback/cpu'
import { reference } from 'pullback/reference'

const xs = [-1, -0.5, 0, 0.5, 1]
const x = tensor(xs)
const y = tensor(xs.map((value) => 2 * value + 1))
const loss = ({ slope, offset }) => {
  const error = sub(add(mul(slope, x), offset), y)
  return mean(mul(error, error))
}
const descend = (value, gradient) => sub(value, mul(gradient, 0.5))

const fitOn = (device) => {
  let params = { slope: tensor([0], []), offset: tensor([0], []) }
  for (let step = 0; step < 50; step++) {
    const [, gradient] = valueAndGradient(loss)(params)
    params = device.evaluateSync({
      slope: descend(params.slope, gradient.slope),
      offset: descend(params.offset, gradient.offset),
    })
  }
  return [toArray(params.slope)[0], toArray(params.offset)[0]]
}

const [slope, offset] = fitOn(cpu())
const [slopeAgain, offsetAgain] = fitOn(reference())
const near = (got, want) => Math.abs(got - want) <= 1e-5
if (!near(slope, 2) || !near(offset, 1)) throw new Error(`expected y = 2 x + 1, got y = ${slope} x + ${offset}`)
if (!near(slope, slopeAgain) || !near(offset, offsetAgain)) throw new Error('cpu and reference disagree')
console.log(`y = ${slope.toFixed(4)} x + ${offset.toFixed(4)} on cpu and reference`)
