/** The cpu device in a page, and in a Worker of it. */
import { cpu } from 'pullback/cpu'
import { backendLaws, closeInScale, programs } from 'pullback/laws'
import { reference } from 'pullback/reference'
import { expect, it } from 'vitest'
import { check } from '../laws/support.js'
import { families, oneStep } from './families.js'
import type { Trained } from './worker.js'

const tolerance = { absolute: 2 ** -17, relative: 2 ** -17 }
check(backendLaws, { device: cpu(), reference: reference(), tolerance }, programs(), { runs: 20 })

for (const [name, family] of Object.entries(families))
  it(`a step of ${name} is the reference's`, async () => {
    const [got, wanted] = [await cpu().evaluate(oneStep(family)), await reference().evaluate(oneStep(family))]
    expect(closeInScale(tolerance)('step', got, wanted)).toEqual({ holds: true })
  })

it('a Worker trains to the same bits', async () => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const answer = new Promise<Trained>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Trained>) => resolve(data))
    worker.addEventListener('error', ({ message }) => reject(new Error(message)))
  })
  const { train } = await import('./worker.js')
  expect(await answer).toEqual(await train())
  worker.terminate()
})
