/**
 * Convolutions with filters of 3 by 3, stride 1, by F(2x2, 3x3) of A. Lavin and S. Gray, "Fast algorithms for convolutional
 * neural networks" (CVPR 2016), after S. Winograd: four results of an output take 16 products for each input instead of
 * 36. A unit is a block of tiles: tiles of the images are transformed, one matrix product for each of their 16 places
 * sums over the inputs, in their order, and the sums are transformed back, all while they stay in the cache.
 */
import type { Code, FunctionDefinition } from '../../emit/code.js'
import { call, define, either, i32, range } from '../../emit/instructions.js'
import { kernelType } from '../../plan/launch.js'
import { macroOf } from '../matmul/gemm.js'
import type { Arithmetic } from '../matmul/micro.js'
import { edgeAt, inputsAt, placeBytes, placesAt, streamBytes, sumsAt, words } from './layout.js'
import { locateTiles } from './places.js'
import { transformSums } from './results.js'
import { transformTiles } from './tiles.js'

export const convolveOf = (arithmetic: Arithmetic): FunctionDefinition => {
  const macro = macroOf(arithmetic)
  return define(kernelType.params, kernelType.results, (locals, ...params) => {
    const [descriptor, begin, end, scratch] = params
    const word = (offset: number): Code => i32.load(descriptor, offset)
    const [unit, first, count, i] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const [filters, tiles, sums, places, placesEnd] = [
      locals.i32(),
      locals.i32(),
      locals.i32(),
      locals.i32(),
      locals.i32(),
    ]
    const [inputs, outputs] = [word(words.inputs), word(words.outputs)]
    const sumStep = i32.shiftLeft(count, 2)
    return [
      places.set(i32.add(scratch, placesAt)),
      range(unit, begin, end, 1, [
        first.set(i32.mul(unit, word(words.block))),
        // Whole panels of eight tiles.
        count.set(i32.and(i32.add(i32.sub(word(words.tiles), first), 7), -8)),
        count.set(either('i32', i32.less(count, word(words.block)), count.get, word(words.block))),
        placesEnd.set(i32.add(places, i32.mul(count, placeBytes))),
        tiles.set(i32.add(scratch, inputsAt)),
        sums.set(i32.add(scratch, sumsAt)),
        call(locateTiles, descriptor, first, i32.add(first, count), places),
        call(transformTiles, tiles, places, placesEnd, inputs, word(words.imageRow), word(words.imageInput)),
        filters.set(word(words.filters)),
        range(i, 0, 16, 1, [
          call(macro, outputs, count, inputs, filters, tiles, sums, sumStep, 0, i32.add(scratch, edgeAt)),
          filters.set(i32.add(filters, word(words.filterStep))),
          tiles.set(i32.add(tiles, streamBytes)),
          sums.set(i32.add(sums, streamBytes)),
        ]),
        call(
          transformSums,
          i32.add(scratch, sumsAt),
          sumStep,
          places,
          placesEnd,
          outputs,
          word(words.resultRow),
          word(words.resultOutput),
        ),
      ]),
    ]
  })
}
