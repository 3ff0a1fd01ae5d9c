/** Dispatches of the kernels that work on whole buffers. */
import type { WholeKernel } from '../../../../engine/kernel.js'
import type { Generator } from '../../dispatch.js'
import { argSort } from './argSort.js'
import { cumulativeSum } from './cumulativeSum.js'
import { dynamicSlice } from './dynamicSlice.js'
import { gather } from './gather.js'
import { overlapAdd } from './overlapAdd.js'
import { scatterAdd } from './scatterAdd.js'

export const whole: Generator<WholeKernel> = (kernel, context) => {
  switch (kernel.kind) {
    case 'gather':
      return gather(kernel, context)
    case 'scatterAdd':
      return scatterAdd(kernel, context)
    case 'overlapAdd':
      return overlapAdd(kernel, context)
    case 'argSort':
      return argSort(kernel, context)
    case 'cumulativeSum':
      return cumulativeSum(kernel, context)
    case 'dynamicSlice':
      return dynamicSlice(kernel, context)
  }
}
