import { reference } from 'pullback/reference'
import { describe, expect, it } from 'vitest'
import { devices, findDevices } from './devices.js'

const some = [
  { name: 'reference', bound: 0, make: () => reference() },
  { name: 'quantum', bound: 0, make: () => Promise.reject(new Error('no such hardware')) },
]

describe('devices to test on', () => {
  it('has the reference first, and no name twice', () => {
    const names = devices.map(({ name }) => name)
    expect(names[0]).toBe('reference')
    expect(new Set(names).size).toBe(names.length)
  })
  it('says which are missing', async () => {
    const said: string[] = []
    const found = await findDevices(some, false, (message) => said.push(message))
    expect(found.map(({ name }) => name)).toEqual(['reference'])
    expect(said).toEqual(['devices that are missing: quantum (no such hardware)'])
  })
  it('fails where all are required', () =>
    expect(findDevices(some, true, () => {})).rejects.toThrow('devices that are missing: quantum (no such hardware)'))
})
