import * as p from 'pullback'
import { referenceBackend } from 'pullback/reference'
import { describe, expect, it } from 'vitest'
import { nodeOf } from '../../src/array/tensor.js'
import type { Backend } from '../../src/engine/backend.js'
import { canonicalize } from '../../src/engine/canonical.js'
import type { AnyLayer } from '../../src/layer/layer.js'
import { type AnyApply, staged, steadyApply } from '../../src/layer/staged.js'
import { filled, filledLike } from './lawful.js'
import { evaluate, type Loose } from './support.js'

/** Wiring is not what is tested here. */
const { chain, named, residual }: Loose = p

const block = (): Loose =>
  residual(chain(p.conv2d({ in: 2, out: 2, kernel: 3, padding: 1, bias: false }), p.batchNorm(2), p.relu()) as Loose)
const network = (): Loose =>
  named(
    { first: p.conv2d({ in: 3, out: 2, kernel: 3, padding: 1 }) },
    { norm: p.batchNorm(2) },
    { block: block() },
    { half: residual(block(), p.conv2d({ in: 2, out: 2, kernel: 1 }) as Loose) as Loose },
    { pool: p.maxPool2d(2) },
    { flat: p.flatten() },
    { last: p.dense(8, 3) },
  ) as Loose
const float = (...shape: number[]): p.ArraySpec => ({ shape, dtype: 'float32' })
const started = (layer: Loose, spec: p.Spec): Loose => {
  const [{ params, state }] = layer.init(spec)(p.rng(3))
  return evaluate({ params, state })
}
const spec = (batch: number, dtype: p.DType = 'float32'): p.ArraySpec => ({ shape: [batch, 3, 4, 4], dtype })

/** All that a function gives for these arguments, as a canonical program. */
const programOf = (apply: AnyApply, { params, state }: Loose, x: unknown) => {
  const [y, pullback, after] = apply(params, state, x)
  return canonicalize(p.leaves([y, after, pullback(filledLike(y as Loose, 1))]).map(nodeOf))
}
const trained = (layer: AnyLayer): AnyApply => layer.train(p.rng(1))[0]

describe('a staged function', () => {
  const layer = network() as AnyLayer
  const plain = steadyApply(layer)!
  it('gives what the function itself gives, call after call', () => {
    const apply = trained(layer)
    for (const batch of [2, 2, 2, 5, 2, 5, 5]) {
      const begun = started(layer, spec(batch))
      const x = filled(spec(batch), batch)
      const [copied, made] = [programOf(apply, begun, x), programOf(plain, begun, x)]
      expect(copied.program).toEqual(made.program)
      expect(copied.scalars).toEqual(made.scalars)
      expect(copied.storages).toEqual(made.storages)
    }
  })
  it('has a pullback that may be called again', () => {
    const apply = trained(layer)
    const { params, state } = started(layer, spec(2))
    const all = (f: AnyApply): readonly number[][] => {
      const [y, pullback] = f(params, state, filled(spec(2), 1))
      const back = [1, 2, 1].map((seed) => pullback(filledLike(y as Loose, seed)))
      return p.leaves(evaluate(back)).map((x) => Array.from(p.toArray(x)))
    }
    for (let i = 0; i < 3; i++) expect(all(apply)).toEqual(all(plain))
  })
  it('tells dtypes apart', () => {
    const apply = trained(layer)
    for (const dtype of ['float32', 'float64', 'float32', 'float64', 'float64'] as const) {
      const begun = started(layer, spec(2, dtype))
      const x = filled(spec(2, dtype), 3)
      expect(programOf(apply, begun, x).program).toEqual(programOf(plain, begun, x).program)
    }
  })
  it('tells more kinds of arguments apart than it remembers', () => {
    const apply = trained(layer)
    for (const batch of [...Array(12).keys(), ...Array(12).keys()].map((i) => i + 2)) {
      const begun = started(layer, spec(batch))
      expect(programOf(apply, begun, filled(spec(batch), 1)).program).toEqual(
        programOf(plain, begun, filled(spec(batch), 1)).program,
      )
    }
  })
  it('takes one array in two places', () => {
    const twice = chain(p.dense(3, 3), p.dense(3, 3)) as Loose
    const begun = started(twice, float(4, 3))
    const tied = { params: [begun.params[0], begun.params[0]], state: begun.state }
    const x = filled(float(4, 3), 1)
    const apply = trained(twice)
    for (const weights of [begun, tied, begun, tied])
      expect(programOf(apply, weights, x).program).toEqual(programOf(steadyApply(twice)!, weights, x).program)
  })
  it('tells host values apart', () => {
    const shifting: AnyApply = (params, state, x) => [
      p.add(x as Loose, state as number),
      (cotangent) => [params, p.mul(cotangent as Loose, state as number)],
      (state as number) + 1,
    ]
    const apply = staged(shifting)
    const x = filled(float(2), 1)
    for (const state of [2, 2, 2, 3, 0, -0, 0, 3, 3]) {
      const given = { params: {}, state }
      const [copied, made] = [programOf(apply, given, x), programOf(shifting, given, x)]
      expect(copied.program).toEqual(made.program)
      expect(copied.scalars).toEqual(made.scalars)
      expect(apply({}, state, x)[2]).toBe(state + 1)
    }
  })
  it('gives the very state back that nothing changes', () => {
    const same = chain(p.dense(3, 2), p.relu()) as Loose
    const { params, state } = started(same, float(4, 3))
    const apply = trained(same)
    for (let i = 0; i < 4; i++) expect(apply(params, state, filled(float(4, 3), i))[2]).toBe(state)
  })
  it('says the same of mistakes as the function itself', () => {
    const { params, state } = started(layer, spec(2))
    const apply = trained(layer)
    const x = filled(spec(2), 1)
    const messages = (f: AnyApply): readonly string[] => {
      const message = (act: () => unknown): string => {
        try {
          act()
        } catch (error) {
          return (error as Error).message
        }
        return 'none'
      }
      return [
        message(() => f(params, state, filled({ shape: [2, 4, 4, 4], dtype: 'float32' }, 1))),
        message(() => f({ ...(params as object), last: undefined }, state, x)),
        message(() => f(params, state, x)[1](filled(float(3, 2), 1))),
        message(() => f(params, state, x)[1](undefined)),
      ]
    }
    for (let i = 0; i < 4; i++) {
      apply(params, state, x)
      expect(messages(apply)).toEqual(messages(plain))
    }
    expect(messages(apply)).not.toContain('none')
  })
  it('leaves loops to the function itself', () => {
    const looping: AnyApply = (params, state, x) => {
      const [last] = p.scan((carry: Loose, row: Loose) => [p.add(carry, row), carry] as never, p.zeros([2]), x as Loose)
      return [last, (cotangent) => [params, p.broadcastTo(cotangent as Loose, [3, 2])], state]
    }
    const apply = staged(looping)
    for (let i = 0; i < 4; i++) {
      const x = filled(float(3, 2), i)
      const given = { params: {}, state: {} }
      expect(programOf(apply, given, x).program).toEqual(programOf(looping, given, x).program)
    }
  })
})

describe('what is staged', () => {
  it('is no function that a user gave, and nothing random', () => {
    let calls = 0
    const own = p.fromFunction((x: Loose) => {
      calls++
      return p.mul(x, calls)
    }) as Loose
    for (const layer of [chain(p.dense(3, 2), own), residual(own), chain(chain(p.relu(), own) as Loose, p.tanh())])
      expect(steadyApply(layer as AnyLayer)).toBeUndefined()
    expect(steadyApply(chain(p.dense(3, 2), p.dropout(0.5)) as AnyLayer)).toBeUndefined()
    const layer = chain(p.dense(3, 3), own) as Loose
    const { params, state } = started(layer, float(2, 3))
    calls = 0
    for (let i = 0; i < 5; i++) trained(layer)(params, state, filled(float(2, 3), 1))
    expect(calls).toBe(5)
  })
  it('takes no plan of its own', async () => {
    let plans = 0
    const backend = referenceBackend()
    const counting: typeof backend = {
      ...backend,
      compile: (...args: Parameters<Backend<never, 'sync'>['compile']>) => {
        plans++
        return backend.compile(...args)
      },
    }
    const layer = network()
    const optimizer = p.momentum(0.001)
    const [start] = p.initialTrainState(layer, optimizer, spec(2))(p.rng(1))
    const descend = p.step({ layer, optimizer, loss: p.meanSquaredError } as Loose)
    const batch = { inputs: filled(spec(2), 1), targets: filled(float(2, 3), 2) }
    const plansOfStep: number[] = []
    await p.fold(p.deviceOf(counting), descend as Loose, start as Loose, Array(6).fill(batch), {
      replay: 0,
      onStep: () => {
        plansOfStep.push(plans)
        return undefined
      },
    })
    expect(plansOfStep.slice(1)).toEqual(Array(5).fill(plansOfStep[1]))
  })
})
