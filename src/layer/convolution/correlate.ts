/**
 * The three products of a convolution, each one matmul over views of windows, and adjoint to each other:
 *
 *   y  = correlate(x, w)           y[n, o] = sum over i of w[o, i] correlated with x[n, i]
 *   dx = correlateInput(dy, w)     the full correlation of dy with the filter rotated by 180 degrees
 *   dw = correlateFilter(x, dy)    the correlation of x with dy
 *
 * Images are N, C, H, W, weights O, I / groups, kH, kW. Nothing here copies but `pad` (and, for strides, `overlapAdd`):
 * engines read windows, rotations and transposes where they lie. A 1x1 kernel is a plain product over channels.
 */
import { matmul } from '../../array/contract.js'
import { flip, pad, permute, reshape, slice, transpose } from '../../array/move.js'
import type { Shape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'
import { overlapAdd, type WindowOptions, window } from '../../array/window.js'

type Two = readonly [number, number]

/** A geometry whose padding is worked out for the image. */
export interface Fitted {
  readonly stride: Two
  readonly dilation: Two
  readonly groups: number
  readonly padding: readonly [Two, Two]
}

const optionsOf = (kernel: Shape, { stride, dilation }: Fitted): WindowOptions => ({ size: kernel, stride, dilation })

const nothing: Two = [0, 0]
const padImage = (x: Tensor, padding: Fitted['padding']): Tensor => pad(x, [nothing, nothing, padding[0], padding[1]])

const cropImage = (x: Tensor, [[top, bottom], [left, right]]: Fitted['padding']): Tensor =>
  slice(x, [0, 0, top, left], [x.shape[0], x.shape[1], x.shape[2] - bottom, x.shape[3] - right])

const isPoint = (kernel: Shape, { stride }: Fitted): boolean =>
  kernel[0] === 1 && kernel[1] === 1 && stride[0] === 1 && stride[1] === 1

/** [N, C, kH, kW, oH, oW]: the windows of an image, a view of the padded one. */
export const windowsOf = (x: Tensor, kernel: Shape, fitted: Fitted): Tensor => {
  const padded = padImage(x, fitted.padding)
  return isPoint(kernel, fitted)
    ? reshape(padded, [padded.shape[0], padded.shape[1], 1, 1, padded.shape[2], padded.shape[3]])
    : window(padded, optionsOf(kernel, fitted))
}

/** [N, O, oH, oW] from windows: one product for each image (and group), whose result lies in the order that is wanted. */
export const correlateWindows = (windows: Tensor, weight: Tensor, groups: number): Tensor => {
  const { shape } = windows
  const [n, height, width] = [shape[0], shape[4], shape[5]]
  const outputs = weight.shape[0]
  const k = weight.shape[1] * weight.shape[2] * weight.shape[3]
  const places = height * width
  const y: Tensor =
    groups === 1
      ? matmul(reshape(weight, [outputs, k]) as Tensor, reshape(windows, [n, k, places]) as Tensor)
      : matmul(
          reshape(weight, [groups, outputs / groups, k]) as Tensor,
          reshape(windows, [n, groups, k, places]) as Tensor,
        )
  return reshape(y, [n, outputs, height, width])
}

export const correlate = (x: Tensor, weight: Tensor, fitted: Fitted): Tensor =>
  correlateWindows(windowsOf(x, weight.shape.slice(2), fitted), weight, fitted.groups)

/** [O, I / groups, kH, kW] from x and dy: one product whose sum runs over images and places. */
export const correlateFilter = (x: Tensor, dy: Tensor, kernel: Shape, fitted: Fitted): Tensor =>
  filterOfWindows(windowsOf(x, kernel, fitted), dy, kernel, fitted.groups)

/** As {@link correlateFilter}, from the windows of x. */
export const filterOfWindows = (windows: Tensor, dy: Tensor, kernel: Shape, groups: number): Tensor => {
  const { shape } = windows
  const [n, height, width] = [shape[0], shape[4], shape[5]]
  const outputs = dy.shape[1]
  const inputs = shape[1] / groups
  const k = inputs * kernel[0] * kernel[1]
  const terms = n * height * width
  if (groups === 1) {
    const left = reshape(permute(dy, [1, 0, 2, 3]), [outputs, terms]) as Tensor
    const right = reshape(permute(windows, [0, 4, 5, 1, 2, 3]), [terms, k]) as Tensor
    return reshape(matmul(left, right), [outputs, inputs, kernel[0], kernel[1]])
  }
  const grouped = reshape(dy, [n, groups, outputs / groups, height, width]) as Tensor
  const left = reshape(permute(grouped, [1, 2, 0, 3, 4]), [groups, outputs / groups, terms]) as Tensor
  const split = reshape(windows, [n, groups, inputs, ...kernel, height, width]) as Tensor
  const right = reshape(permute(split, [1, 0, 5, 6, 2, 3, 4]), [groups, terms, k]) as Tensor
  return reshape(matmul(left, right), [outputs, inputs, ...kernel])
}

/** The filter for the way back: rotated by 180 degrees, inputs and outputs exchanged within each group. */
const rotated = (weight: Tensor, groups: number): Tensor => {
  const turned = flip(weight, [2, 3])
  if (groups === 1) return permute(turned, [1, 0, 2, 3])
  const [outputs, inputs, ...kernel] = weight.shape
  const grouped = reshape(turned, [groups, outputs / groups, inputs, ...kernel]) as Tensor
  return reshape(permute(grouped, [0, 2, 1, 3, 4]), [groups * inputs, outputs / groups, ...kernel])
}

/** What padding dy with `n` zeros means where n is negative: its border met nothing but padding, and is dropped. */
const padOrCrop = (dy: Tensor, padding: Fitted['padding']): Tensor => {
  const [[top, bottom], [left, right]] = padding
  if (top >= 0 && bottom >= 0 && left >= 0 && right >= 0) return padImage(dy, padding)
  const zeros = (n: number): number => Math.max(0, n)
  const cropped = cropImage(dy, [
    [zeros(-top), zeros(-bottom)],
    [zeros(-left), zeros(-right)],
  ])
  return padImage(cropped, [
    [zeros(top), zeros(bottom)],
    [zeros(left), zeros(right)],
  ])
}

/** The cotangent of an image of spatial `sizes`: the adjoint of `correlate` in x. */
export const correlateInput = (dy: Tensor, weight: Tensor, sizes: Shape, fitted: Fitted): Tensor => {
  const kernel = weight.shape.slice(2)
  const { stride, dilation, padding, groups } = fitted
  if (stride[0] === 1 && stride[1] === 1) {
    const around = (i: 0 | 1): Two => {
      const [before, after] = padding[i]
      const reach = dilation[i] * (kernel[i] - 1)
      return [reach - before, reach - after]
    }
    const wide = padOrCrop(dy, [around(0), around(1)])
    const whole: Fitted = { stride, dilation, groups, padding: noPadding }
    return correlateWindows(windowsOf(wide, kernel, whole), rotated(weight, groups), groups)
  }
  const [n, outputs, height, width] = dy.shape
  const inputs = weight.shape[1] * groups
  const k = weight.shape[1] * kernel[0] * kernel[1]
  const places = height * width
  const columns: Tensor =
    groups === 1
      ? matmul(transpose(reshape(weight, [outputs, k])) as Tensor, reshape(dy, [n, outputs, places]) as Tensor)
      : matmul(
          transpose(reshape(weight, [groups, outputs / groups, k])) as Tensor,
          reshape(dy, [n, groups, outputs / groups, places]) as Tensor,
        )
  const padded = sizes.map((size, i) => size + padding[i][0] + padding[i][1])
  const windows = reshape(columns, [n, inputs, ...kernel, height, width]) as Tensor
  return cropImage(overlapAdd(windows, padded, optionsOf(kernel, fitted)), padding)
}

const noPadding: Fitted['padding'] = [
  [0, 0],
  [0, 0],
]
