import v8 from 'node:v8'
import { expect, it } from 'vitest'
import { openDevice } from '../../src/node/device.js'
import { openblas } from '../../src/node/openblas.js'

const settingsOf = async (...args: Parameters<typeof openDevice>) => {
  const device = await openDevice(...args)()
  return device._tag === 'Right' ? [device.right.name, device.right.settings] : device.left.message
}

it('opens devices by name, with what they are asked for', async () => {
  expect(await settingsOf('reference')).toEqual(['reference', {}])
  expect(await settingsOf('cpu')).toEqual(['cpu', { threads: 1, fastMath: false, winograd: false, matmul: 'own' }])
  expect(await settingsOf('cpu', { threads: 2 })).toEqual([
    'cpu',
    { threads: 2, fastMath: false, winograd: false, matmul: 'own' },
  ])
})

it('names what a device lacks', async () => {
  for (const choice of [{ threads: 2 }, { fastMath: true }, { winograd: true }, { openblas: true }])
    expect(await settingsOf('reference', choice)).toMatch(/^reference: it has one thread/)
})

it('opens relaxed SIMD and OpenBLAS, or says why not', async () => {
  if (process.versions.node.startsWith('20.'))
    expect(await settingsOf('cpu', { fastMath: true })).toMatch(
      /^fast math: this JavaScript engine has no relaxed SIMD/,
    )
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd')
  const library = await openblas({ threads: 2 })()
  expect(await settingsOf('cpu', { threads: 2, fastMath: true, winograd: true, openblas: true })).toEqual(
    library._tag === 'Left'
      ? library.left.message
      : ['cpu', { threads: 2, fastMath: true, winograd: true, matmul: library.right.name }],
  )
})
