/** Digits as a hand draws them: lines through places of a square from 0 to 1. */

type Place = readonly [x: number, y: number]
export type Stroke = readonly Place[]

const arc = ([x, y]: Place, [width, height]: Place, from: number, to: number): Stroke =>
  Array.from({ length: 13 }, (_, i) => {
    const angle = (2 * Math.PI * (from + ((to - from) * i) / 12)) as number
    return [x + width * Math.sin(angle), y - height * Math.cos(angle)]
  })

export const digits: Readonly<Record<string, readonly Stroke[]>> = {
  0: [arc([0.5, 0.5], [0.2, 0.32], 0, 1)],
  1: [
    [
      [0.54, 0.16],
      [0.46, 0.84],
    ],
  ],
  2: [[...arc([0.5, 0.34], [0.19, 0.17], -0.22, 0.33), [0.3, 0.82], [0.74, 0.82]]],
  3: [[...arc([0.48, 0.33], [0.18, 0.16], -0.2, 0.48), ...arc([0.48, 0.66], [0.2, 0.18], 0.02, 0.7)]],
  7: [
    [
      [0.28, 0.22],
      [0.72, 0.22],
      [0.45, 0.82],
    ],
  ],
}
