import { describe, expect, it } from 'vitest'
import { backendLaws, programs } from '../../../../laws/index.js'
import { backendOn } from '../../../../src/backend/cpu/backend.js'
import { cpu } from '../../../../src/backend/cpu/index.js'
import { usualWorth } from '../../../../src/backend/cpu/plan/sharing.js'
import { createRuntime } from '../../../../src/backend/cpu/runtime/runtime.js'
import { reference } from '../../../../src/backend/reference/index.js'
import { deviceOf, type SyncDevice } from '../../../../src/engine/device.js'
import * as p from '../../../../src/index.js'
import { check } from '../../../laws/support.js'

/** Every convolution of 3 by 3 takes it, however small. */
const everywhere = (threads: number): SyncDevice => {
  const winograd = { channels: 1, tiles: 1 }
  return deviceOf(backendOn(createRuntime(threads, threads > 1 ? 1e-9 : usualWorth, { winograd })))
}

interface Sizes {
  readonly images: number
  readonly inputs: number
  readonly outputs: number
  readonly size: number
  readonly options?: object
}
/** relu of a convolution with a bias, and the gradients of its filters and of its input. */
const treeOf = ({ images, inputs, outputs, size, options = {} }: Sizes) => {
  const layer = p.conv2d({ in: inputs, out: outputs, kernel: 3, padding: 'same', ...options } as never)
  const shape = [images, inputs, size, size] as const
  const [{ params }] = layer.init({ shape, dtype: 'float32' })(p.rng(1))
  const [x] = p.normal({ shape })(p.rng(2))
  const [y, pullback] = layer.infer(params, {}, x as never)
  const [gradients, dx] = pullback(p.tanh(y) as never)
  return { y: p.maximum(y as p.Tensor, 0), dx, gradients }
}
const namesOf = (device: SyncDevice, sizes: Sizes): readonly string[] =>
  device
    .explainSync(treeOf(sizes))
    .kernels.map(({ kernel }) => kernel)
    .filter((name) => /^(matmul|winograd)/.test(name))
const large: Sizes = { images: 2, inputs: 16, outputs: 24, size: 8 }

const largestError = (got: unknown, wanted: unknown): number => {
  const [x, y] = [p.leaves(got as never), p.leaves(wanted as never)] as unknown as (readonly p.AnyTensor[])[]
  return Math.max(
    ...x!.flatMap((tensor, i) => {
      const [a, b] = [p.toArray(tensor), p.toArray(y![i]!)]
      return Array.from(a, (value, j) => Math.abs(value - b[j]!))
    }),
  )
}

describe('the option winograd', () => {
  it('is off unless asked for, and told in the settings', () => {
    expect(cpu().settings.winograd).toBe(false)
    expect(cpu({ winograd: true }).settings.winograd).toBe(true)
    expect(namesOf(cpu(), large).every((name) => name.startsWith('matmul'))).toBe(true)
  })
  it('takes a convolution and the gradient of its input, and no gradient of filters', () => {
    const names = namesOf(cpu({ winograd: true }), large)
    expect(names.filter((name) => name.startsWith('winograd'))).toHaveLength(2)
    expect(names.filter((name) => name.startsWith('matmul'))).toHaveLength(1)
  })
  it.each<readonly [string, Partial<Sizes>]>([
    ['too few inputs', { inputs: 15 }],
    ['too few outputs', { outputs: 15 }],
    ['too few tiles', { images: 1 }],
    ['stride 2', { options: { stride: 2 }, size: 32 }],
    ['dilation', { options: { dilation: 2 } }],
    ['groups', { inputs: 32, outputs: 32, options: { groups: 2 } }],
    ['another kernel', { options: { kernel: 5 } }],
  ])('leaves alone: %s', (_, change) => {
    const [plain, option] = [cpu(), cpu({ winograd: true })]
    const sizes = { ...large, ...change }
    expect(namesOf(option, sizes)).toEqual(namesOf(plain, sizes))
    const [a, b] = [plain, option].map((device) => device.evaluateSync(treeOf(sizes)))
    expect(largestError(a, b)).toBe(0)
  })
  it('shows what it costs: fewer operations, more memory', () => {
    const [plain, option] = [cpu(), cpu({ winograd: true })].map((device) => device.explainSync(treeOf(large)).kernels)
    const forward = option!.findIndex(({ kernel }) => kernel.startsWith('winograd'))
    const [before, after] = [plain![forward]!, option![forward]!]
    expect(before.shape).toEqual(after.shape)
    // 32 tiles: 32 and 24 operations each, 16 products for each pair of channels; filters take 35 for each pair.
    const [pairs, places] = [16 * 24, 2 * 64]
    expect(after.flops - before.flops).toBe(
      32 * (32 * 16 + 24 * 24) + 32 * 32 * pairs + 35 * pairs - 2 * 9 * pairs * places,
    )
    expect(after.bytes - before.bytes).toBe(2 * 64 * pairs)
    const workspaces = [cpu(), cpu({ winograd: true })].map(
      (device) => device.explainSync(treeOf(large)).workspaceBytes,
    )
    expect(workspaces[1]).toBeGreaterThan(workspaces[0]!)
  })
  it('is close to the reference, the same again, and the same on two threads', () => {
    for (const sizes of [large, { ...large, size: 9, inputs: 17, outputs: 19 }]) {
      const devices = [
        cpu({ winograd: true }),
        cpu({ winograd: true }),
        everywhere(2),
        cpu({ winograd: true, threads: 2 }),
      ]
      const [one, ...others] = devices.map((device) => device.evaluateSync(treeOf(sizes)))
      for (const other of others) expect(largestError(one, other)).toBe(0)
      expect(largestError(one, reference().evaluateSync(treeOf(sizes)))).toBeLessThan(2e-5)
    }
  })
  it('does not ask how an image lies in memory', () => {
    const layer = p.conv2d({ in: 16, out: 16, kernel: 3 })
    const [{ params }] = layer.init({ shape: [2, 16, 10, 10], dtype: 'float32' })(p.rng(1))
    const [x] = p.normal({ shape: [2, 10, 10, 16] })(p.rng(2))
    const image = p.permute(x, [0, 3, 1, 2])
    const device = cpu({ winograd: true })
    const tree = (of: typeof image) => layer.infer(params, {}, of as never)[0]
    const { kernels } = device.explainSync(tree(image))
    expect(kernels.map(({ kernel }) => kernel).join()).toContain('winograd')
    expect(largestError(device.evaluateSync(tree(image)), device.evaluateSync(tree(device.evaluateSync(image))))).toBe(
      0,
    )
  })
  it('works after the memory has grown', () => {
    const device = everywhere(1)
    const first = device.evaluateSync(treeOf(large))
    device.placeSync(p.tensor(new Float32Array(3 << 20), [3 << 20]))
    expect(largestError(first, device.evaluateSync(treeOf(large)))).toBe(0)
  })
})

const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
const kin = [everywhere(2)]
check(backendLaws, { device: everywhere(1), kin, reference: reference(), tolerance }, programs(), { runs: 40 })
