import { describe, expect, it } from 'vitest'
import type { HostStorage } from '../../src/array/node.js'
import { Residence } from '../../src/engine/residence.js'
import { collect } from '../collect.js'

const settle = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('residence', () => {
  it('frees the buffers of leaves that the program dropped, and only those', async () => {
    const released: number[] = []
    const residence = new Residence<number>('test', {}, (buffer) => released.push(buffer))
    const kept = residence.hold(1, 4)
    const drop = (): void => {
      for (let i = 2; i < 6; i++) residence.hold(i, 4)
      residence.giveUp('test', residence.hold(6, 4))
    }
    drop()
    await settle()
    expect(released.sort()).toEqual([2, 3, 4, 5])
    expect(residence.bufferOf('test', kept)).toBe(1)
    expect(residence).toMatchObject({ held: 1, heldBytes: 4 })
  })

  it('frees what was made for a turn once the turn is over, unless it was given up', async () => {
    const released: number[] = []
    const residence = new Residence<number>('test', {}, (buffer) => released.push(buffer))
    const turn = (first: number): void => {
      const [a] = [residence.holdForTurn(first, 4), residence.holdForTurn(first + 1, 4)]
      residence.giveUp('test', a!)
    }
    turn(1)
    await settle()
    expect(released).toEqual([])
    residence.settle()
    turn(3)
    await settle()
    expect(released).toEqual([2])
    for (let i = 0; i < 8; i++) residence.called()
    await settle()
    expect(released).toEqual([2, 4])
    expect(residence).toMatchObject({ held: 0, heldBytes: 0 })
  })

  it('remembers a copy as long as someone has it, and its buffer is there', async () => {
    const residence = new Residence<number>('test', {}, () => {})
    const host: HostStorage = { kind: 'host', data: new Float32Array(1) }
    const copy = residence.hold(1, 4)
    residence.remember(host, copy)
    await settle()
    expect(residence.copyOf(host)).toBe(copy)
    residence.free('test', copy)
    expect(residence.copyOf(host)).toBeUndefined()
    const forget = (): void => residence.remember(host, residence.hold(2, 4))
    forget()
    await settle()
    expect(residence.copyOf(host)).toBeUndefined()
  })
})
