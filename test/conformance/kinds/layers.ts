import type { AnyTensor } from 'pullback'
import * as p from 'pullback'
import { type Inputs, type Kind, loose, ofFunction, ofLayer, ofParametricLayer } from '../kind.js'

type Recurrent = (features: number, hidden: number) => unknown
const recurrentNames = ['weightInput', 'weightHidden', 'biasInput', 'biasHidden'] as const

/** A recurrent layer: input and output are [sequence, carry]; a case's carry has a leading axis of one layer. */
const recurrent =
  (make: Recurrent, gates: number, carryNames: readonly string[]): Kind =>
  (inputs, options, state) => {
    const weight = inputs.weightHidden as AnyTensor
    const drop = (x: AnyTensor | undefined) => loose(p.reshape)(x, (x as AnyTensor).shape.slice(1))
    const raise = (x: AnyTensor) => loose(p.reshape)(x, [1, ...x.shape])
    const carry = carryNames.map((name) => drop(inputs[name]))
    const one = carry.length === 1
    const layerCase = ofLayer(() => ({
      layer: make((inputs.weightInput as AnyTensor).shape[1]!, weight.shape[0]! / gates),
      params: Object.fromEntries(recurrentNames.map((name) => [name, inputs[name]])),
      input: [inputs.x, one ? carry[0] : carry],
      name: (params: Inputs, [x, back]: readonly [AnyTensor, AnyTensor | readonly AnyTensor[]]) => ({
        ...params,
        x,
        ...Object.fromEntries(
          carryNames.map((name, i) => [name, raise((one ? back : (back as readonly AnyTensor[])[i]) as AnyTensor)]),
        ),
      }),
    }))(inputs, options, state)
    // The case looks at the sequence alone: the last carry gets no cotangent.
    const [sequence, last] = layerCase.output as unknown as readonly [AnyTensor, unknown]
    return {
      output: sequence,
      pullback: (cotangent) =>
        layerCase.pullback([cotangent, p.mapTree(last, (x) => p.zerosLike(x) as AnyTensor)] as unknown as AnyTensor),
    }
  }

export const layers: Readonly<Record<string, Kind>> = {
  dense: ofParametricLayer(['weight', 'bias'], (_, { weight }) => p.dense(weight!.shape[1]!, weight!.shape[0]!)),
  batchNorm: ofLayer(({ x, gamma, beta }, { mode, momentum, epsilon }, state) => ({
    layer: p.batchNorm(x!.shape[1]!, { momentum, epsilon }),
    params: { gamma, beta },
    state,
    input: x,
    mode: mode === 'train' ? 'train' : 'infer',
    name: (params: Inputs, dx: AnyTensor) => ({ ...params, x: dx }),
    nameState: (after: Inputs) => after,
  })),
  layerNorm: ofParametricLayer(['gamma', 'beta'], ({ epsilon }, { gamma }) => p.layerNorm(gamma!.shape, { epsilon })),
  groupNorm: ofParametricLayer(['gamma', 'beta'], ({ groups, epsilon }, { x }) =>
    p.groupNorm(x!.shape[1]!, { groups, epsilon }),
  ),
  embedding: ofLayer(({ table, indices }) => ({
    layer: p.embedding(table!.shape[0]!, table!.shape[1]!),
    params: { weight: table },
    input: indices,
    name: ({ weight }: Inputs) => ({ table: weight as AnyTensor }),
  })),
  rnn: recurrent((features, hidden) => p.rnn(features, hidden), 1, ['h0']),
  lstm: recurrent((features, hidden) => p.lstm(features, hidden), 4, ['h0', 'c0']),
  gru: recurrent((features, hidden) => p.gru(features, hidden), 3, ['h0']),
  attention: ofFunction(({ query, key, value }, { causal }) =>
    loose(p.scaledDotProductAttention)(query, key, value, { causal }),
  ),
}
