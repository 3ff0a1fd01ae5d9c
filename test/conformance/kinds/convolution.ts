import * as p from 'pullback'
import { floats, type Kind, loose, ofFunction, ofParametricLayer, ofPlainLayer } from '../kind.js'

export const convolution: Readonly<Record<string, Kind>> = {
  conv2d: ofParametricLayer(['weight', 'bias'], ({ groups, ...options }, { weight }) => {
    const [out, inputs, height, width] = weight!.shape
    return p.conv2d({ ...options, groups, in: inputs! * (groups ?? 1), out: out!, kernel: [height!, width!] })
  }),
  convTranspose2d: ofParametricLayer(['weight', 'bias'], (options, { weight }) => {
    const [inputs, out, height, width] = weight!.shape
    return p.convTranspose2d({ ...options, in: inputs!, out: out! * (options.groups ?? 1), kernel: [height!, width!] })
  }),
  maxPool2d: ofPlainLayer((options) => p.maxPool2d(options)),
  avgPool2d: ofPlainLayer((options) => p.avgPool2d(options)),
  globalAvgPool2d: ofPlainLayer(() => p.globalAvgPool2d()),
  affineWarp: ofFunction(({ x }, { theta }) =>
    loose(p.affineWarp)(floats(x), p.tensor(theta.data, theta.shape, x!.dtype as 'float32')),
  ),
}
