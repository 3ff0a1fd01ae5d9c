import { describe, expect, it } from 'vitest'
import { createPause } from '../../src/engine/pause.js'

/** How many macrotasks pass in so many pauses. */
const macrotasks = async (pause: () => Promise<void>, pauses: number): Promise<number> => {
  let count = 0
  for (let i = 0; i < pauses; i++) {
    let passed = false
    setImmediate(() => {
      passed = true
    })
    await pause()
    if (passed) count++
  }
  return count
}

describe('a macrotask passes', () => {
  it('not where nothing asks for it', async () => {
    expect(await macrotasks(createPause({}, { held: 3, heldBytes: 100 }), 10)).toBe(0)
  })
  it('when much more is held than after the last one', async () => {
    const held = { held: 0, heldBytes: 0 }
    const pause = createPause({ budget: 1000 }, held)
    held.heldBytes = 1001
    expect(await macrotasks(pause, 10)).toBe(1)
    held.heldBytes = 500
    expect(await macrotasks(pause, 10)).toBe(0)
    held.heldBytes = 1501
    expect(await macrotasks(pause, 10)).toBe(1)
    held.held = 600
    expect(await macrotasks(pause, 10)).toBe(1)
  })
  it('while the backend starts, but not forever', async () => {
    let starting = true
    const none = { held: 0, heldBytes: 0 }
    const pause = createPause({ starting: () => starting }, none)
    expect(await macrotasks(pause, 3)).toBe(3)
    starting = false
    expect(await macrotasks(pause, 3)).toBe(0)
    expect(await macrotasks(createPause({ starting: () => true }, none), 150)).toBe(100)
  })
})
