/** The library functions by name. */
import { atLeast, atMost, equal, isNaN, isTrue, less, maximum, minimum, order, sign } from './bits.js'
import type { Definition } from './definition.js'
import { erf } from './erf.js'
import { exp, log, log1p, logEnds, logOfParts } from './exponential.js'
import { throughHalf, toHalf } from './half.js'
import { tanh } from './hyperbolic.js'
import { divideInt, divideUint, moduloInt, moduloUint, toInt, toUint } from './integer.js'
import type { FunctionName } from './names.js'
import { modulo, pow } from './power.js'
import { cos, multiplyHigh, reduceLarge, sin } from './trigonometric.js'

export const library: Readonly<Record<FunctionName, Definition>> = {
  isNaN,
  isTrue,
  sign,
  order,
  less,
  equal,
  maximum,
  minimum,
  atLeast,
  atMost,
  exp,
  log,
  log1p,
  logEnds,
  logOfParts,
  tanh,
  erf,
  sin,
  cos,
  multiplyHigh,
  reduceLarge,
  pow,
  modulo,
  divideInt,
  divideUint,
  moduloInt,
  moduloUint,
  toInt,
  toUint,
  toHalf,
  throughHalf,
}
