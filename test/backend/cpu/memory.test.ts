import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PullbackError } from '../../../src/array/error.js'
import { blockBytes, createMemory } from '../../../src/backend/cpu/runtime/memory.js'

it('a block is large enough, and at most an eighth too large', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (bytes) => {
      const size = blockBytes(bytes)
      expect(size % 64).toBe(0)
      expect(size).toBeGreaterThanOrEqual(bytes)
      expect(size).toBeLessThanOrEqual(Math.max(bytes + 64, bytes * 1.125 + 64))
      expect(blockBytes(size)).toBe(size)
    }),
  )
})

it('live blocks never overlap, and keep their contents while memory grows', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(300_000)), { maxLength: 60 }), (requests) => {
      const memory = createMemory(false)
      const live: { readonly address: number; readonly bytes: number; readonly mark: number }[] = []
      requests.forEach(([release, size], mark) => {
        if (release && live.length > 0) {
          const { address, bytes } = live.splice(size % live.length, 1)[0]!
          memory.free(address, bytes)
          return
        }
        const bytes = size + 4
        const address = memory.allocate(bytes, 'a block')
        memory.words().fill(mark, address >>> 2, (address + bytes) >>> 2)
        live.push({ address, bytes, mark })
      })
      for (const { address, bytes, mark } of live)
        expect(
          memory
            .words()
            .subarray(address >>> 2, (address + bytes) >>> 2)
            .every((word) => word === mark),
        ).toBe(true)
    }),
    { numRuns: 50 },
  )
})

it('large blocks begin at each quarter of 4096 bytes in turn, and small ones lie in between', () => {
  const memory = createMemory(false)
  const large = Array.from({ length: 8 }, (_, i) => {
    memory.allocate(64 * (i + 1), 'small')
    return memory.allocate(100_000 + 1000 * i, 'large')
  })
  const quarters = large.map((address) => (address % 4096) / 1024)
  expect(quarters.slice(4)).toEqual(quarters.slice(0, 4))
  expect([...quarters].sort((a, b) => a - b)).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
  const small = Array.from({ length: 20 }, () => memory.allocate(64, 'small'))
  expect(Math.max(...small)).toBeLessThan(Math.max(...large))
})

describe('reuse', () => {
  it('gives a freed block to the next request of its size', () => {
    const memory = createMemory(false)
    const first = memory.allocate(1000, 'a')
    memory.allocate(1000, 'b')
    memory.free(first, 1000)
    expect(memory.allocate(1000, 'c')).toBe(first)
  })

  it('joins free blocks rather than grow', () => {
    const memory = createMemory(false)
    const half = 1 << 20
    const blocks = Array.from({ length: 16 }, () => memory.allocate(half, 'small'))
    for (const block of blocks) memory.free(block, half)
    const before = memory.words().length
    memory.allocate(6 * half, 'large')
    memory.allocate(6 * half, 'large')
    expect(memory.words().length).toBe(before)
  })

  it('frees a block once', () => {
    const memory = createMemory(false)
    const block = memory.allocate(100, 'a')
    memory.free(block, 100)
    memory.free(block, 100)
    expect(memory.allocate(100, 'b')).not.toBe(memory.allocate(100, 'c'))
  })
})

it('beyond 4 GiB names what is largest', () => {
  const memory = createMemory(false)
  memory.allocate(2 ** 20, 'float32[262144]')
  let error: unknown
  try {
    memory.allocate(2 ** 32, 'float32[1073741824]')
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(PullbackError)
  expect((error as Error).message).toContain('4096 MiB more for float32[1073741824]')
  expect((error as Error).message).toContain('1 MiB for float32[262144]')
})
