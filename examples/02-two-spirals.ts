/**
 * 02: two spirals, and a picture of what the network makes of the plane.
 *
 * Points on two arms that wind around each other cannot be told apart by a line; a small network bends one. Layers are
 * composed with `chain`, a training step is a pure function made by `step`, and `fold` folds it over batches.
 *
 *   npx tsx examples/02-two-spirals.ts        writes runs/two-spirals.png
 */
import { mkdirSync } from 'node:fs'
import {
  accuracy,
  adam,
  chain,
  crossEntropy,
  dataset,
  dense,
  epochs,
  fold,
  hostNormal,
  initialTrainState,
  rng,
  schedule,
  softmax,
  step,
  storedArray,
  tanh,
  tensor,
  toArray,
  writePng,
} from 'pullback'
import { cpu } from 'pullback/cpu'
import { deflate, writeFileAtomic } from 'pullback/node'

const device = cpu()
const [perArm, turns, batchSize, passes] = [500, 1.75, 100, 200]

// Arm 0 and arm 1 are half a turn apart; the noise comes from a generator, so the points are the same every time.
const [noise, generator] = hostNormal({ size: 4 * perArm, deviation: 0.02 })(rng(1))
const points = Float32Array.from({ length: 4 * perArm }, (_, i) => {
  const [point, axis] = [i >> 1, i & 1]
  const radius = 0.05 + (0.95 * (point >> 1)) / perArm
  const angle = 2 * Math.PI * turns * radius + Math.PI * (point & 1)
  return radius * (axis === 0 ? Math.cos(angle) : Math.sin(angle)) + (noise[i] as number)
})
const data = dataset(
  storedArray('float32', [2 * perArm, 2], points),
  storedArray(
    'int32',
    [2 * perArm],
    Int32Array.from({ length: 2 * perArm }, (_, point) => point & 1),
  ),
)

const network = chain(dense(2, 32), tanh(), dense(32, 32), tanh(), dense(32, 2))
const steps = passes * ((2 * perArm) / batchSize)
const optimizer = adam(schedule.cosine({ initial: 0.02, steps }))
const descend = step({ layer: network, loss: crossEntropy, optimizer, metrics: { accuracy } })

const [start, rest] = initialTrainState(network, optimizer, { shape: [batchSize, 2], dtype: 'float32' })(generator)
const { state } = await fold(device, descend, start, epochs(data, { size: batchSize, epochs: passes, shuffle: rest }), {
  onStep: ({ count, metrics }) => {
    if (count % (steps / 5) === 0)
      console.log(`step ${count}  loss ${metrics.loss.toFixed(4)}  accuracy ${(100 * metrics.accuracy).toFixed(1)} %`)
  },
})

// The probability of arm 1 at every pixel of the plane, from blue (arm 0) to red (arm 1), and the points on top.
const size = 400
const plane = Float32Array.from({ length: size * size * 2 }, (_, i) => {
  const pixel = i >> 1
  return (i & 1) === 0 ? ((pixel % size) / size) * 2.4 - 1.2 : 1.2 - (Math.floor(pixel / size) / size) * 2.4
})
const [logits] = network.infer(state.params, state.state, tensor(plane, [size * size, 2]))
const probabilities = toArray(device.evaluateSync(softmax(logits)))
const picture = new Uint8Array(3 * size * size)
const paint = (pixel: number, red: number, green: number, blue: number): void => {
  const place = size * size
  picture[pixel] = red
  picture[place + pixel] = green
  picture[2 * place + pixel] = blue
}
for (let pixel = 0; pixel < size * size; pixel++) {
  const p = probabilities[2 * pixel + 1] as number
  paint(pixel, 120 + 130 * p, 130, 250 - 130 * p)
}
for (let point = 0; point < 2 * perArm; point++) {
  const column = Math.round((((points[2 * point] as number) + 1.2) / 2.4) * size)
  const row = Math.round(((1.2 - (points[2 * point + 1] as number)) / 2.4) * size)
  for (const shift of [0, 1, size, size + 1])
    paint(row * size + column + shift, (point & 1) * 150, 0, 150 - (point & 1) * 150)
}

mkdirSync('runs', { recursive: true })
const written = await writeFileAtomic('runs/two-spirals.png')(
  writePng(storedArray('uint8', [3, size, size], picture), deflate),
)()
console.log(written._tag === 'Left' ? written.left.message : 'see runs/two-spirals.png')
