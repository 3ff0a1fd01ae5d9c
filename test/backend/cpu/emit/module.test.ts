import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Code, ValueType } from '../../../../src/backend/cpu/emit/code.js'
import { doubleBytes, floatBytes, integerBytes } from '../../../../src/backend/cpu/emit/code.js'
import { call, callIndirect, define, f32, i32 } from '../../../../src/backend/cpu/emit/instructions.js'
import { assemble, type Entry, importNames } from '../../../../src/backend/cpu/emit/module.js'
import { f64x2, v128 } from '../../../../src/backend/cpu/emit/simd.js'

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
const view = new DataView(memory.buffer)

/** The functions of a module, by their places. */
const compiled = (entries: readonly Entry[]) => {
  const table = new WebAssembly.Table({ initial: 300, element: 'anyfunc' })
  const module = new WebAssembly.Module(assemble(entries, { shared: false, maximumPages: 1 }))
  new WebAssembly.Instance(module, {
    [importNames.module]: { [importNames.memory]: memory, [importNames.table]: table },
  })
  return (place: number) => table.get(place) as (...args: readonly number[]) => number
}
const run = (result: ValueType | undefined, body: Code): number =>
  compiled([{ place: 1, definition: define([], result === undefined ? [] : [result], () => body) }])(1)()

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8193))

describe('code', () => {
  it('holds every int32', () => {
    fc.assert(fc.property(int32, (n) => run('i32', i32.constant(n)) === n))
  })

  it('holds every float32', () => {
    const numbers = fc.oneof(fc.float(), fc.constantFrom(-0, Number.NaN, Infinity, 2 ** -149))
    fc.assert(fc.property(numbers, (x) => Object.is(run('f32', f32.constant(x)), x)))
  })

  it('holds vectors of every number', () => {
    fc.assert(
      fc.property(int32, int32, fc.double(), (a, b, x) => {
        run(undefined, [v128.store(64, v128.lanes(a, b, -1, 255)), v128.store(80, f64x2.constant(x))])
        expect([64, 68, 72, 76].map((at) => view.getInt32(at, true))).toEqual([a, b, -1, 255])
        expect(view.getFloat64(80, true)).toBe(x)
      }),
    )
  })

  it('reaches every offset and lane', () => {
    for (const offset of [0, 127, 128, 16383, 16384]) {
      run(undefined, [
        v128.store(100, v128.lanes(1, 2, 3, 4), offset),
        v128.storeLane(100, v128.lanes(5, 6, 7, 8), 2, offset),
      ])
      expect([0, 4, 8, 12].map((at) => view.getInt32(100 + offset + at, true))).toEqual([7, 2, 3, 4])
    }
  })

  it('is a character a byte', () => {
    const bytesOf = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0))
    const bytes = new DataView(new ArrayBuffer(8))
    fc.assert(
      fc.property(int32, fc.float({ noNaN: true }), fc.double({ noNaN: true }), (n, x, y) => {
        bytes.setInt32(0, n, true)
        expect(bytesOf(integerBytes(n))).toEqual([...new Uint8Array(bytes.buffer, 0, 4)])
        bytes.setFloat32(0, x, true)
        expect(bytesOf(floatBytes(x))).toEqual([...new Uint8Array(bytes.buffer, 0, 4)])
        bytes.setFloat64(0, y, true)
        expect(bytesOf(doubleBytes(y))).toEqual([...new Uint8Array(bytes.buffer)])
      }),
    )
  })
})

describe('a module', () => {
  it('has the functions that its entries call, at any depth, each once', () => {
    const double = define(['i32'], ['i32'], (_, x) => i32.add(x!, x!))
    const fourTimes = define(['i32'], ['i32'], (_, x) => call(double, call(double, x!)))
    const sum = define(['i32'], ['i32'], (_, x) => i32.add(call(fourTimes, x!), call(double, x!)))
    const at = compiled([
      { place: 1, definition: sum },
      { place: 2, definition: double },
    ])
    expect(at(1)(7)).toBe(42)
    expect(at(2)(7)).toBe(14)
  })

  it('calls functions by their place', () => {
    const negate = define(['i32'], ['i32'], (_, x) => i32.sub(0, x!))
    const byPlace = define(['i32', 'i32'], ['i32'], (_, place, x) => callIndirect(negate, place!, x!))
    const at = compiled([
      { place: 200, definition: negate },
      { place: 3, definition: byPlace },
    ])
    expect(at(3)(200, 5)).toBe(-5)
  })

  it('has more functions than a byte counts', () => {
    const entries = Array.from({ length: 200 }, (_, i) => ({
      place: 1 + i,
      definition: define([], ['i32'], () => i32.constant(i)),
    }))
    const at = compiled(entries)
    expect(entries.map(({ place }) => at(place)())).toEqual(entries.map((_, i) => i))
  })
})
