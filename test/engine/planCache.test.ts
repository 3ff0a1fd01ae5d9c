import { describe, expect, it } from 'vitest'
import { PlanCache } from '../../src/engine/planCache.js'

const codeOf = (...values: number[]): Int32Array => Int32Array.from([...values, 0, 0])
const make = (capacity: number) => {
  const disposed: string[] = []
  const cache = new PlanCache<string>(capacity, (plan) => disposed.push(plan))
  const add = (plan: string, hash: number, ...values: number[]) =>
    cache.add(codeOf(...values).slice(0, values.length), hash, 0, plan)
  const find = (hash: number, ...values: number[]) => cache.find(codeOf(...values), values.length, () => hash)?.plan
  return { cache, disposed, add, find }
}

describe('plan cache', () => {
  it('compares whole codes where hashes agree', () => {
    const { add, find, cache } = make(8)
    add('a', 7, 1, 2, 3)
    add('b', 7, 1, 2, 4)
    add('c', 7, 1, 2)
    expect([find(7, 1, 2, 3), find(8, 1, 2), find(7, 1, 2, 4), find(7, 1, 2), find(7, 1)]).toEqual([
      ...['a', undefined, 'b', 'c'],
      ...[undefined],
    ])
    expect(cache).toMatchObject({ hits: 3, misses: 3 })
  })

  it('asks for no hash where the code is that of the call before', () => {
    const { add, cache, find } = make(2)
    const never = (): number => {
      throw new Error('asked')
    }
    const again = (...values: number[]) => cache.find(codeOf(...values), values.length, never)?.plan
    expect(() => again(1)).toThrow('asked')
    add('a', 1, 1)
    add('b', 2, 2)
    expect([again(2), again(2)]).toEqual(['b', 'b'])
    expect(() => again(1)).toThrow('asked')
    expect([find(1, 1), again(1)]).toEqual(['a', 'a'])
    // The last one that was used leaves last.
    add('c', 3, 3)
    expect([again(3), find(1, 1), again(1), find(2, 2)]).toEqual(['c', 'a', 'a', undefined])
    const only = make(1)
    only.cache.remove(only.add('d', 4, 4))
    expect(() => only.cache.find(codeOf(4), 1, never)).toThrow('asked')
    expect(only.find(4, 4)).toBeUndefined()
  })

  it('drops what was not used for the longest time, also among equal hashes', () => {
    const { add, find, disposed } = make(3)
    add('a', 7, 1)
    add('b', 7, 2)
    add('c', 7, 3)
    find(7, 1)
    add('d', 8, 4)
    expect(disposed).toEqual(['b'])
    expect([find(7, 1), find(7, 2), find(7, 3), find(8, 4)]).toEqual(['a', undefined, 'c', 'd'])
    find(7, 1)
    add('e', 9, 1)
    add('f', 9, 2)
    expect(disposed).toEqual(['b', 'c', 'd'])
  })

  it('gives back a plan that runs only when it has run', () => {
    const { add, cache, disposed } = make(1)
    const entry = add('a', 1, 1)
    cache.enter(entry)
    cache.enter(entry)
    add('b', 2, 2)
    cache.leave(entry)
    expect(disposed).toEqual([])
    cache.leave(entry)
    expect(disposed).toEqual(['a'])
  })

  it('forgets a plan that could not be made', () => {
    const { add, cache, find } = make(4)
    const entries = [add('a', 1, 1), add('b', 1, 2), add('c', 1, 3)]
    cache.remove(entries[1]!)
    cache.remove(entries[2]!)
    expect([find(1, 1), find(1, 2), find(1, 3)]).toEqual(['a', undefined, undefined])
  })
})
