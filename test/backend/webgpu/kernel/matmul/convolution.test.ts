import {
  type AnyTensor,
  type ConvolutionOptions,
  convolve2d,
  differentiable,
  mul,
  type Tensor,
  tanh,
  tensor,
} from 'pullback'
import { cpu } from 'pullback/cpu'
import { expect, it } from 'vitest'
import { closeInScale } from '../../../../../laws/compare.js'
import { sizeOf } from '../../../../../src/array/shape.js'
import { someFloats } from '../../../kernelCases/data.js'
import { onGpu, openRuntime } from '../../support.js'

type Four = readonly [number, number, number, number]
type Images = Tensor<[number, number, number, number]>

const cases: readonly (readonly [name: string, image: Four, weight: Four, options: ConvolutionOptions])[] = [
  ['3x3 with padding', [2, 3, 9, 9], [5, 3, 3, 3], { padding: 1 }],
  ['stride 2', [2, 4, 9, 11], [6, 4, 3, 3], { stride: 2, padding: 1 }],
  ['dilation', [1, 2, 11, 9], [3, 2, 3, 2], { dilation: 2 }],
  ['groups', [2, 6, 8, 8], [4, 3, 3, 3], { groups: 2, padding: 1 }],
  ['depthwise', [2, 5, 8, 8], [5, 1, 3, 3], { groups: 5, padding: 1 }],
  ['1x1', [2, 8, 6, 6], [7, 8, 1, 1], {}],
  ['enough for tiles', [6, 16, 14, 14], [32, 16, 3, 3], { padding: 1 }],
]

const images = (shape: Four, seed: number): Images =>
  tensor(someFloats(sizeOf(shape), seed), shape) as unknown as Images

onGpu('convolution', async () => {
  // As on a GPU: in software there are no tiles.
  const { device } = await openRuntime({ software: false })
  it.each(cases)('of %s, with its gradients, agrees with the cpu', async (_, image, weight, options) => {
    const run = (): unknown => {
      const [y, pullback] = differentiable(([x, w]: readonly [Images, Images]) => tanh(convolve2d(x, w, options)))([
        images(image, 1),
        images(weight, 2),
      ])
      return [y, pullback(mul(y, 0.5) as never)] as readonly unknown[] as readonly AnyTensor[]
    }
    const verdict = closeInScale({ absolute: 2 ** -17, relative: 2 ** -17 })(
      'convolution',
      await device.evaluate(run()),
      cpu().evaluateSync(run()),
    )
    expect(verdict).toMatchObject({ holds: true })
  })
})
