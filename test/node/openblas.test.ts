import { backendLaws, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { backendOn } from '../../src/backend/cpu/backend.js'
import { usualWorth } from '../../src/backend/cpu/plan/sharing.js'
import { createRuntime } from '../../src/backend/cpu/runtime/runtime.js'
import { deviceOf } from '../../src/engine/device.js'
import { openblas } from '../../src/node/openblas.js'
import { check } from '../laws/support.js'

const messageOf = async (options: Parameters<typeof openblas>[0]): Promise<string> => {
  const library = await openblas(options)()
  return library._tag === 'Left' ? library.left.message : `no error: ${library.right.name}`
}

afterEach(() => {
  vi.doUnmock('koffi')
  vi.resetModules()
})

describe('what cannot be had is named', () => {
  it('a shared library', async () => {
    expect(await messageOf({ library: 'libnosuchblas.so.7' })).toMatch(
      /^openblas: no shared library of OpenBLAS: tried libnosuchblas\.so\.7 \(.*\)\. Install .*openblas\(\{ library \}\)\.$/,
    )
  })
  it('a library that is another', async () => {
    // The file that Node itself runs has no such functions.
    expect(await messageOf({ library: process.execPath })).toMatch(/tried .*node.* \(.+\)/)
  })
  it('all names that were tried', async () => {
    const load = (name: string): never => {
      throw new Error(`Failed to load shared library: ${name}:\ncannot open`)
    }
    vi.doMock('koffi', () => ({ default: { load } }))
    const fresh = await import('../../src/node/openblas.js')
    const library = await fresh.openblas()()
    expect(library).toMatchObject({ left: { _tag: 'LibraryError' } })
    const { message } = (library as { readonly left: { readonly message: string } }).left
    if (process.platform === 'linux')
      expect(message).toMatch(/tried libopenblas\.so\.0 \(.*\), libopenblas\.so \(.*\)\. Install it \(apt-get install /)
    expect(message).not.toContain('\n')
  })
  it('the package that calls it', async () => {
    vi.doMock('koffi', () => {
      throw new Error('not installed')
    })
    const fresh = await import('../../src/node/openblas.js')
    expect(await fresh.openblas()()).toMatchObject({
      left: { message: expect.stringMatching(/^openblas: no package koffi.*npm install koffi\.$/) },
    })
  })
  it('a number of threads', async () => {
    expect(await messageOf({ threads: 0 })).toBe('openblas: expected a whole number of threads, 1 or more, got 0.')
  })
})

it('koffi is loaded only when it is asked for', async () => {
  const loading = vi.fn(() => ({ default: {} }))
  vi.doMock('koffi', loading)
  const fresh = await import('../../src/node/index.js')
  expect(loading).not.toHaveBeenCalled()
  await fresh.openblas()()
  expect(loading).toHaveBeenCalledOnce()
})

for (const threads of [1, 2]) {
  const library = await openblas({ threads })()
  const prefix = `OpenBLAS on ${threads}: `
  if (library._tag === 'Left') {
    if (process.env.PULLBACK_REQUIRE_DEVICES === '1') throw new Error(library.left.message)
    console.warn(`not tested with a real library: ${library.left.message}`)
    it.skip(`${prefix}laws`, () => {})
    continue
  }
  const matmul = library.right
  const runtime = createRuntime(threads, threads > 1 ? 1e-9 : usualWorth, { matmul, leastWork: 0 })
  const device = deviceOf(backendOn(runtime))
  it(`${prefix}says its version`, () => {
    expect(device.settings.matmul).toMatch(/^OpenBLAS \d+\.\d+.* \(.+\), \d threads?$/)
  })
  // Its bits depend on the shape of the whole product, so that what is computed in parts may differ.
  const laws = backendLaws.filter(({ name }) => /agree|stay as|again|placing/.test(name))
  const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
  check(laws, { device, reference: reference(), tolerance }, programs(), { runs: 60 }, prefix)
}
