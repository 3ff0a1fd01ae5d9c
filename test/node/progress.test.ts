import { describe, expect, test } from 'vitest'
import { type ProgressReport, progressLine, progressOn } from '../../src/node/progress.js'

const report: ProgressReport = {
  ...{ step: 250, steps: 1000, epoch: 3, epochs: 10, speed: 2150.4, secondsLeft: 75.2 },
  measures: { loss: 0.12345, accuracy: 0.9625 },
}

test('a line has loss, accuracy, images/s and time left', () => {
  expect(progressLine(report, 79)).toBe(
    'epoch 3/10 [###----------] loss 0.1235 accuracy 96.25 % 2150 images/s 1:15 left',
  )
  const bar = progressLine(report, 200).match(/\[(#+)(-+)\]/)!
  expect([bar[1]!.length, bar[2]!.length]).toEqual([8, 22])
  expect(progressLine({ ...report, secondsLeft: 3723 }, 200)).toContain(' 1:02:03 left')
})

test('a line fits its width, and leaves the bar out before anything else', () => {
  for (let width = 1; width < 120; width++) expect(progressLine(report, width).length).toBeLessThanOrEqual(width)
  expect(progressLine(report, 65)).not.toContain('[')
  expect(progressLine(report, 65)).toContain('left')
})

describe('progressOn', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = []
    return { written, isTTY, columns: 80, write: (text: string) => written.push(text) }
  }
  test('a terminal has a bar that lines push away, drawn at most ten times a second', () => {
    const terminal = stream(true)
    let now = 0
    const progress = progressOn(terminal, () => now)
    progress.report(report)
    now = 50
    progress.report(report)
    now = 150
    progress.report({ ...report, step: 260 })
    progress.line('done')
    expect(terminal.written.filter((text) => text.includes('epoch'))).toHaveLength(2)
    expect(terminal.written[0]).toMatch(/^\repoch 3\/10/)
    expect(terminal.written.slice(-2)).toEqual([expect.stringMatching(/^\r +\r$/), 'done\n'])
  })
  test('elsewhere there are lines alone', () => {
    const file = stream(false)
    const progress = progressOn(file, () => 0)
    progress.report(report)
    progress.line('epoch 1')
    expect(file.written).toEqual(['epoch 1\n'])
  })
})
