/** The devices on which samplers are compared with the host. */
import type { HostArray } from '../../src/array/dtype.js'
import type { HostStorage } from '../../src/array/node.js'
import { type AnyTensor, nodeOf } from '../../src/array/tensor.js'
import { referenceBackend } from '../../src/backend/reference/index.js'
import { canonicalize } from '../../src/engine/canonical.js'

const onReference = (x: AnyTensor): HostArray => {
  const { program, storages, scalars } = canonicalize([nodeOf(x)])
  const executable = referenceBackend().compile(program, { donated: storages.map(() => false), keep: 'host' })
  const inputs = storages.map((storage) => ({ kind: 'host', data: (storage as HostStorage).data }) as const)
  const [result] = executable.run(inputs, scalars)
  return (result as { readonly data: HostArray }).data
}

export const devices: Readonly<Record<string, (x: AnyTensor) => HostArray>> = { reference: onReference }
