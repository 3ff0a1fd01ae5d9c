import * as p from 'pullback'
import { type Kind, ofParametricLayer, ofPlainLayer } from '../kind.js'

export const activations: Readonly<Record<string, Kind>> = {
  sigmoid: ofPlainLayer(() => p.sigmoid()),
  tanh: ofPlainLayer(() => p.tanh()),
  relu: ofPlainLayer(() => p.relu()),
  leakyRelu: ofPlainLayer(({ slope }) => p.leakyRelu(slope)),
  prelu: ofParametricLayer(['alpha'], (_, { alpha }) => p.prelu({ channels: alpha!.shape[0]! })),
  elu: ofPlainLayer(({ alpha }) => p.elu(alpha)),
  selu: ofPlainLayer(() => p.selu()),
  gelu: ofPlainLayer(({ approximate }) => p.gelu({ approximate })),
  softplus: ofPlainLayer(() => p.softplus()),
  silu: ofPlainLayer(() => p.silu()),
  softmax: ofPlainLayer(({ axis }) => p.softmax(axis)),
  logSoftmax: ofPlainLayer(({ axis }) => p.logSoftmax(axis)),
  maxout: ofParametricLayer(['weight', 'bias'], (_, { weight }) => {
    const [pieces, inputs, outputs] = weight!.shape
    return p.maxout({ in: inputs!, out: outputs!, pieces: pieces! })
  }),
}
