import * as p from 'pullback'
import { type Inputs, type Kind, loose, type Options, ofFunction } from '../kind.js'

type MakeLoss = (inputs: Inputs, options: Options) => unknown
const losses_: Readonly<Record<string, MakeLoss>> = {
  crossEntropy: ({ logits, labels }, options) => loose(p.crossEntropy)(logits, labels, options),
  crossEntropyProbabilities: ({ logits, probabilities }, options) =>
    loose(p.crossEntropy)(logits, probabilities, options),
  meanSquaredError: ({ prediction, target }, options) => loose(p.meanSquaredError)(prediction, target, options),
  meanAbsoluteError: ({ prediction, target }, options) => loose(p.meanAbsoluteError)(prediction, target, options),
  huber: ({ prediction, target }, options) => loose(p.huber)(prediction, target, options),
  binaryCrossEntropy: ({ logits, target }, options) => loose(p.binaryCrossEntropy)(logits, target, options),
  multiclassHinge: ({ scores, labels }, options) => loose(p.multiclassHinge)(scores, labels, options),
}

export const losses: Readonly<Record<string, Kind>> = Object.fromEntries(
  Object.entries(losses_).map(([name, make]) => [name, ofFunction(make)]),
)
