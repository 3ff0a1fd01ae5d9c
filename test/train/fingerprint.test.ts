import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { leaf, tensor } from '../../src/array/tensor.js'
import { canonicalBytes, fingerprint } from '../../src/train/fingerprint.js'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('the bytes are the paths, dtypes, shapes and elements in order of path', () => {
  const bytes = canonicalBytes({ b: tensor([2], [1], 'int32'), a: { c: tensor([1]) } })
  expect(Buffer.from(bytes).toString('latin1')).toBe('a.c float32 [1]\n\0\0\x80\x3fb int32 [1]\n\x02\0\0\0')
})

test('the order of keys does not matter; paths, shapes and every bit do', async () => {
  const of = (tree: unknown) => fingerprint(tree, sha256)
  const first = await of({ a: tensor([1, 2]), b: tensor([3]) })
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  expect(await of({ b: tensor([3]), a: tensor([1, 2]) })).toBe(first)
  expect(await of({ c: tensor([1, 2]), b: tensor([3]) })).not.toBe(first)
  expect(await of({ a: tensor([[1, 2]]), b: tensor([3]) })).not.toBe(first)
  expect(await of({ a: tensor([0, 2]), b: tensor([3]) })).not.toBe(await of({ a: tensor([-0, 2]), b: tensor([3]) }))
})

test.each(['float32', 'float64'] as const)('all NaN of %s are alike', (dtype) => {
  const words = dtype === 'float32' ? Uint32Array.of(0xffc00001) : Uint32Array.of(1, 0xfff80000)
  const data = dtype === 'float32' ? new Float32Array(words.buffer) : new Float64Array(words.buffer)
  const odd = leaf({ kind: 'host', data }, [1], dtype)
  expect(canonicalBytes({ x: odd })).toEqual(canonicalBytes({ x: tensor([Number.NaN], [1], dtype) }))
  expect(new Uint32Array(data.buffer)[0]).toBe(words[0])
})
