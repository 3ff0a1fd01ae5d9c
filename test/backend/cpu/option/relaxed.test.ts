/** Node 20 has relaxed SIMD behind a flag of V8, which can still be set while it runs: before anything asks for it. */
import v8 from 'node:v8'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { backendLaws, programs } from '../../../../laws/index.js'
import { backendOn } from '../../../../src/backend/cpu/backend.js'
import { cpu, hasRelaxedSimd } from '../../../../src/backend/cpu/index.js'
import { usualWorth } from '../../../../src/backend/cpu/plan/sharing.js'
import { createRuntime } from '../../../../src/backend/cpu/runtime/runtime.js'
import { reference } from '../../../../src/backend/reference/index.js'
import { deviceOf, type SyncDevice } from '../../../../src/engine/device.js'
import * as p from '../../../../src/index.js'
import { check } from '../../../laws/support.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')
afterEach(() => vi.restoreAllMocks())

const relaxed = (threads: number): SyncDevice =>
  deviceOf(backendOn(createRuntime(threads, threads > 1 ? 1e-9 : usualWorth, { arithmetic: 'relaxed' })))

const product = (size: number) => {
  const [data] = p.hostNormal({ size: 2 * size * size })(p.rng(1))
  const [a, b] = [data.slice(0, size * size), data.slice(size * size)]
  return p.matmul(p.tensor(a, [size, size]), p.tensor(b, [size, size]))
}

describe('fastMath', () => {
  it('is off unless asked for, and told in the settings', () => {
    expect(cpu().settings.fastMath).toBe(false)
    expect(cpu({ fastMath: true }).settings.fastMath).toBe(true)
  })
  it('is an error, not a fallback, where there is no relaxed SIMD', () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    expect(hasRelaxedSimd()).toBe(false)
    expect(() => cpu({ fastMath: true })).toThrow(
      /cpu: expected relaxed SIMD, which fastMath uses, got a JavaScript engine without it\. Use Node 21/,
    )
    expect(cpu({ fastMath: hasRelaxedSimd() }).settings.fastMath).toBe(false)
  })
  it.each([1, 2])('is close to the exact product, and the same again, on %i threads', (threads) => {
    const device = relaxed(threads)
    const [fast, again, exact] = [device, device, cpu()].map((each) => p.toArray(each.evaluateSync(product(130))))
    expect(again).toEqual(fast)
    for (let i = 0; i < exact!.length; i++) expect(Math.abs(fast![i]! - exact![i]!)).toBeLessThan(1e-4)
  })
})

const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
const kin = [relaxed(2)]
check(backendLaws, { device: relaxed(1), kin, reference: reference(), tolerance }, programs(), { runs: 40 })
