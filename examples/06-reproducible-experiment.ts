/**
 * 06: an experiment that anybody can repeat.
 *
 * A run is a function of its data, its model and one generator, so the same seed ends in the same bits: on this machine
 * or another, in one piece or stopped and resumed. The fingerprint, SHA-256 over all params, makes that visible. Then a
 * search for a good learning rate: rates are drawn so that their logarithm is uniform, and every trial has a generator
 * that depends on the trial's number alone. So trials may be added, left out or repeated, and none changes another.
 *
 *   npx tsx examples/06-reproducible-experiment.ts
 */
import {
  accuracy,
  adam,
  batches,
  chain,
  crossEntropy,
  type Dataset,
  dataset,
  decodeCheckpoint,
  dense,
  dropout,
  encodeCheckpoint,
  epochs,
  evaluate,
  fingerprint,
  flatten,
  fold,
  foldIn,
  hostLogUniform,
  initialTrainState,
  type Rng,
  relu,
  rng,
  step,
  stratifiedSplit,
} from 'pullback'
import { cpu } from 'pullback/cpu'
import { readDigits, runMain, sha256 } from 'pullback/node'

const device = cpu()
const [size, passes] = [50, 4]
// Dropout draws a mask at every step: all of it comes from the run's own generator, too.
const network = chain(flatten(), dense(784, 64), relu(), dropout(0.2), dense(64, 10))
const input = { shape: [size, 1, 28, 28], dtype: 'float32' } as const

/** Three ways to use one run: from its start, up to some step, or from where that stopped. */
const experiment = (data: Dataset<'float32', 'int32'>, rate: number, generator: Rng) => {
  const optimizer = adam(rate)
  const descend = step({ layer: network, loss: crossEntropy, optimizer })
  const [start, shuffle] = initialTrainState(network, optimizer, input)(generator)
  return {
    start,
    /** Goes on from a state; `epochs` finds the batches that come after its step. */
    run: async (state: typeof start, until = Number.POSITIVE_INFINITY) => {
      const rest = epochs(data, { size, epochs: passes, shuffle, from: state.step })
      const onStep = ({ count }: { readonly count: number }) => (state.step + count >= until ? 'stop' : undefined)
      return (await fold(device, descend, state, rest, { onStep })).state
    },
  }
}

await runMain(async (must) => {
  const { images, labels } = await must(readDigits)
  const [{ heldOut: few }, next] = stratifiedSplit(dataset(images, labels), 2500)(rng(0))
  const [{ training: seen, heldOut: test }, last] = stratifiedSplit(few, 1000)(next)
  const [{ training, heldOut: validation }] = stratifiedSplit(seen, 500)(last)
  const sizes = [training, validation, test].map(({ targets }) => targets.data.length)
  console.log(`digits to learn from, to choose by, and to judge by: ${sizes.join(', ')}`)

  console.log('\nThe same seed, the same bits')
  const once = async (seed: number): Promise<string> => {
    const { start, run } = experiment(training, 0.003, rng(seed))
    return fingerprint((await run(start)).params, sha256)
  }
  console.log(`  seed 1          ${await once(1)}`)
  console.log(`  seed 1 again    ${await once(1)}`)
  console.log(`  seed 2          ${await once(2)}`)

  const { start, run } = experiment(training, 0.003, rng(1))
  const file = encodeCheckpoint(await run(start, 33))
  // The bytes could lie on a disk for years. They are read into the structure that the program expects.
  const { tree } = await must(decodeCheckpoint(start)(file))
  const resumed = await run(tree)
  console.log(`  seed 1, stopped ${await fingerprint(resumed.params, sha256)}`)
  console.log(`  (after step ${tree.step}, in ${file.length} bytes, and resumed up to step ${resumed.step})`)

  console.log('\nA search for the learning rate')
  const trials = 8
  const search = rng(2024)
  const [rates] = hostLogUniform({ size: trials, low: 1e-4, high: 1e-1 })(foldIn(search, 'rates'))
  const results: { readonly rate: number; readonly share: number; readonly state: typeof start }[] = []
  const shareOf = async (state: typeof start, data: typeof test): Promise<number> =>
    (await evaluate(device, network, state, batches(data, { size: 250 }), { accuracy })).accuracy
  for (const [trial, rate] of rates.entries()) {
    const { start: first, run: descend } = experiment(training, rate, foldIn(search, trial))
    const state = await descend(first)
    const share = await shareOf(state, validation)
    results.push({ rate, share, state })
    console.log(`  trial ${trial}  rate ${rate.toFixed(5)}  accuracy ${(100 * share).toFixed(1)} %`)
  }
  // The best of many is partly lucky, so it is judged by digits that chose nothing.
  const best = results.reduce((a, b) => (b.share > a.share ? b : a))
  const judged = await shareOf(best.state, test)
  console.log(`  best: rate ${best.rate.toFixed(5)}, ${(100 * judged).toFixed(1)} % of the digits to judge by`)
  return 0
})
