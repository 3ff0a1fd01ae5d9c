import type { Kind } from '../kind.js'
import { activations } from './activations.js'
import { arrays } from './arrays.js'
import { convolution } from './convolution.js'
import { layers } from './layers.js'
import { losses } from './losses.js'

/** Every kind of case that is a differentiable function of named inputs. An activation's layer stands for its array function. */
export const kinds: Readonly<Record<string, Kind>> = { ...arrays, ...activations, ...convolution, ...layers, ...losses }
