/** Optimizers against the rules of the papers, each written here in a few lines of plain arithmetic. */
import * as p from 'pullback'
import { type ScalarRule, seeds, trajectoryLaw } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { check } from './support.js'

const rate = 0.1
const heavyBall =
  (decay: number, nesterov: boolean, weightDecay = 0): (() => ScalarRule) =>
  () => {
    let v = 0
    return (g, w) => {
      const d = g + weightDecay * w
      v = decay * v + d
      return -rate * (nesterov ? d + decay * v : v)
    }
  }
const adamLike =
  (kind: 'adam' | 'amsgrad', weightDecay = 0): (() => ScalarRule) =>
  () => {
    const [b1, b2, epsilon] = [0.9, 0.999, 1e-8]
    let [m, n, largest, t] = [0, 0, 0, 0]
    return (g, w) => {
      t += 1
      m = b1 * m + (1 - b1) * g
      n = b2 * n + (1 - b2) * g * g
      largest = Math.max(largest, n)
      const second = (kind === 'adam' ? n : largest) / (1 - b2 ** t)
      return -rate * (m / (1 - b1 ** t) / (Math.sqrt(second) + epsilon) + weightDecay * w)
    }
  }

const rules: Readonly<Record<string, readonly [p.Optimizer, () => ScalarRule]>> = {
  sgd: [p.sgd(rate), () => (g) => -rate * g],
  'sgd by schedule': [
    p.sgd(p.schedule.inverseTime({ initial: rate, rate: 0.5 })),
    () => {
      let t = 0
      return (g) => (-rate / (1 + 0.5 * t++)) * g
    },
  ],
  momentum: [p.momentum(rate), heavyBall(0.9, false)],
  'momentum with decay': [p.momentum(rate, { decay: 0.8, weightDecay: 0.1 }), heavyBall(0.8, false, 0.1)],
  nesterov: [p.nesterov(rate), heavyBall(0.9, true)],
  adagrad: [
    p.adagrad(rate),
    () => {
      let n = 0
      return (g) => {
        n += g * g
        return (-rate * g) / (Math.sqrt(n) + 1e-10)
      }
    },
  ],
  rmsprop: [
    p.rmsprop(rate),
    () => {
      let n = 0
      return (g) => {
        n = 0.99 * n + 0.01 * g * g
        return (-rate * g) / (Math.sqrt(n) + 1e-8)
      }
    },
  ],
  adadelta: [
    p.adadelta(rate),
    () => {
      let [n, d] = [0, 0]
      return (g) => {
        n = 0.9 * n + 0.1 * g * g
        const u = (Math.sqrt(d + 1e-6) / Math.sqrt(n + 1e-6)) * g
        d = 0.9 * d + 0.1 * u * u
        return -rate * u
      }
    },
  ],
  adam: [p.adam(rate), adamLike('adam')],
  adamw: [p.adamw(rate, { weightDecay: 0.05 }), adamLike('adam', 0.05)],
  amsgrad: [p.amsgrad(rate), adamLike('amsgrad')],
}

const tolerance = { absolute: 1e-12, relative: 1e-12 }
for (const [name, [optimizer, rule]] of Object.entries(rules))
  check([trajectoryLaw], { device: reference(), optimizer, rule, tolerance }, seeds, { runs: 8 }, `${name}: `)
