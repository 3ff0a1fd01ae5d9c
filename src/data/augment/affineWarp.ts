/** Images moved by affine maps: rotation, scaling, shear and translation in one. */
import { add, and, cast, floor, less, mul, select, sub } from '../../array/elementwise.js'
import { fail } from '../../array/error.js'
import { gather, iota } from '../../array/indexing.js'
import { permute, reshape, slice } from '../../array/move.js'
import { type Shape, showShape } from '../../array/shape.js'
import type { Tensor } from '../../array/tensor.js'

type Indices = Tensor<Shape, 'int32'>

/** Centres of `count` pixels on an axis from -1 to 1: (2 i + 1) / count - 1. */
const centres = (count: number, dtype: Tensor['dtype']): Tensor =>
  sub(mul(add(mul(iota([count], dtype), 2), 1), 1 / count), 1)

/** Entry (row, column) of each map, as [N, 1, 1]. */
const entry = (theta: Tensor, row: number, column: number): Tensor =>
  reshape(slice(theta, [0, row, column], [theta.shape[0], row + 1, column + 1]), [-1, 1, 1])

/** Where a coordinate from -1 to 1 lies among `count` pixels whose centres are whole numbers. */
const toPixels = (coordinate: Tensor, count: number): Tensor => sub(mul(add(coordinate, 1), count / 2), 0.5)

/**
 * Images [N, C, H, W] seen through affine maps theta [N, 2, 3], which take output coordinates to input coordinates:
 * (u, v) = theta (x, y, 1), all from -1 to 1 across the image with pixel centres at half-integers. Bilinear between
 * pixels, 0 outside. Differentiable in the images.
 *
 * Source: Jaderberg, Simonyan, Zisserman and Kavukcuoglu, "Spatial Transformer Networks" (2015).
 *
 * @throws PullbackError when the images are not [N, C, H, W], or the maps not [N, 2, 3]
 * @example
 * import { affineWarp, ones, tensor } from 'pullback'
 *
 * const mirrored = affineWarp(ones([1, 3, 8, 8]), tensor([[[-1, 0, 0], [0, 1, 0]]]))
 * mirrored.shape // => [1, 3, 8, 8]
 */
export const affineWarp = (images: Tensor, theta: Tensor): Tensor => {
  if (images.shape.length !== 4)
    fail('affineWarp', 'images of rank 4', showShape(images.shape), 'Images are batch, channel, height, width.')
  const [n, channels, height, width] = images.shape as readonly [number, number, number, number]
  if (showShape(theta.shape) !== showShape([n, 2, 3]))
    fail('affineWarp', `maps ${showShape([n, 2, 3])}`, showShape(theta.shape), 'Give one 2x3 matrix for each image.')
  const x = reshape(centres(width, images.dtype), [1, 1, width]) as Tensor
  const y = reshape(centres(height, images.dtype), [1, height, 1]) as Tensor
  const mapped = (row: number): Tensor =>
    add(
      add(mul(entry(theta, row, 0), x) as Tensor, mul(entry(theta, row, 1), y) as Tensor) as Tensor,
      entry(theta, row, 2),
    ) as Tensor
  const [u, v] = [toPixels(mapped(0), width), toPixels(mapped(1), height)]
  const [left, top] = [floor(u), floor(v)]
  const pixels = reshape(permute(images, [0, 2, 3, 1]), [n * height * width, channels]) as Tensor
  const image = reshape(mul(iota([n]), height * width), [n, 1, 1]) as Indices
  /** The pixel `right` and `down` of the corner, weighted; outside of the image the index is -1, which reads 0. */
  const corner = (right: 0 | 1, down: 0 | 1): Tensor => {
    const [column, row] = [cast(add(left, right), 'int32') as Indices, cast(add(top, down), 'int32') as Indices]
    const inside = and(
      and(less(-1, column), less(column, width)) as Tensor<Shape, 'bool'>,
      and(less(-1, row), less(row, height)) as Tensor<Shape, 'bool'>,
    ) as Tensor<Shape, 'bool'>
    const place = select(inside, add(add(mul(row, width), column) as Indices, image) as Indices, -1) as Indices
    const across = right === 1 ? sub(u, left) : sub(add(left, 1), u)
    const along = down === 1 ? sub(v, top) : sub(add(top, 1), v)
    const weight = reshape(mul(across, along) as Tensor, [n, height, width, 1]) as Tensor
    return mul(gather(pixels, place), weight) as Tensor
  }
  const blended = add(add(corner(0, 0), corner(1, 0)) as Tensor, add(corner(0, 1), corner(1, 1)) as Tensor) as Tensor
  return permute(blended, [0, 3, 1, 2])
}
