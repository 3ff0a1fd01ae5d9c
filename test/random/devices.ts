/** The devices on which samplers are compared with the host. */
import { cpu } from 'pullback/cpu'
import { reference } from 'pullback/reference'
import type { HostArray } from '../../src/array/dtype.js'
import { type AnyTensor, toArray } from '../../src/array/tensor.js'

const onCpu = cpu()
const onReference = reference()

export const devices: Readonly<Record<string, (x: AnyTensor) => HostArray>> = {
  reference: (x) => toArray(onReference.evaluateSync(x)),
  cpu: (x) => toArray(onCpu.evaluateSync(x)),
}
