/**
 * Trains, and reads drawings, off the page's own thread: however long a step takes, the page stays responsive.
 *
 * Messages come between steps. A run is a fold; to pause is a listener that waits, and to start again is one that says
 * `stop` and a fold from another start. So neither touches the bits of a run.
 */
import * as p from 'pullback'
import { lenet } from '../digitNetworks.js'
import { openDevice } from './device.js'
import { batchSize, dataOf, descentOf, epochCount, optimizerOf } from './network.js'
import type { Point, Report, Request } from './protocol.js'

type Opening = Extract<Request, { readonly kind: 'open' }>

const post = (report: Report): void => postMessage(report)

/** What the page asked for, and was not yet done. */
const inbox: { paused: boolean; reset: number | undefined; drawing: Float32Array | undefined } = {
  paused: false,
  reset: undefined,
  drawing: undefined,
}
const asked = (): boolean => inbox.paused || inbox.reset !== undefined || inbox.drawing !== undefined
let wake = (): void => {}
const nextMessage = (): Promise<void> =>
  new Promise((resolve) => {
    wake = resolve
  })

/** Lets messages through: a loop of steps never waits for the world by itself. */
const channel = new MessageChannel()
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve()
    channel.port2.postMessage(undefined)
  })

const unpack = async (url: string): Promise<Uint8Array> => {
  const response = await fetch(url)
  if (!response.ok || response.body === null) throw new Error(`The digits could not be loaded (${response.status}).`)
  return new Uint8Array(await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer())
}

const heldOutEvery = 25

const session = async ({ digits, seed: first, wanted }: Opening): Promise<void> => {
  const opening = openDevice(wanted, (device) => post({ kind: 'renamed', device }))
  const [{ device, name, readEvery }, data] = await Promise.all([opening, unpack(digits).then(dataOf)])
  const stepsInEpoch = p.batchCount(data.training, { size: batchSize })
  const steps = epochCount * stepsInEpoch
  const descend = descentOf(steps)
  post({ kind: 'opened', device: name(), steps, stepsInEpoch })

  const startOf = (seed: number) =>
    p.initialTrainState(lenet, optimizerOf(steps), { shape: [batchSize, 1, 28, 28], dtype: 'float32' })(
      p.foldIn(p.rng(seed), 'model'),
    )[0]
  type State = ReturnType<typeof startOf>

  const heldOut = p.batches(data.heldOut, { size: 250 })
  const measure = async (state: State): Promise<Point> => {
    // Whoever draws does not wait until all are looked at.
    const batches = async function* () {
      for (const batch of heldOut) {
        await breathe()
        await classify(state)
        yield batch
      }
    }
    const measures = { loss: p.crossEntropy, accuracy: p.accuracy }
    return { step: state.step, ...(await p.evaluate(device, lenet, state, batches(), measures)) }
  }
  const showFilters = async ({ params }: State): Promise<void> => {
    const { weight } = await device.evaluate({ weight: params.conv1.weight })
    post({ kind: 'filters', weights: p.toArray(weight).slice(), count: weight.shape[0], side: weight.shape[2] })
  }
  /** Reads the last drawing that came. */
  const classify = async ({ params, state, step }: State): Promise<void> => {
    if (inbox.drawing === undefined) return
    const input = p.tensor(data.standardize(inbox.drawing), [1, 1, 28, 28])
    inbox.drawing = undefined
    const [logits] = lenet.infer(params, state, input)
    const { probabilities } = await device.evaluate({ probabilities: p.softmax(logits) })
    post({ kind: 'classified', probabilities: [...p.toArray(probabilities)], step })
  }

  /** One run: to its end, or until it is to start again. */
  const train = async (seed: number): Promise<State> => {
    const start = await device.evaluate(startOf(seed))
    post({ kind: 'began', seed })
    let training: readonly Point[] = []
    let measured: readonly Point[] = [await measure(start)]
    let sent = performance.now()
    // Steps in the second that goes on, and the speed of the last one.
    let [since, done, stepsPerSecond] = [sent, 0, 0]
    const report = (): void => {
      sent = performance.now()
      if (sent - since > 1000) {
        stepsPerSecond = (1000 * done) / (sent - since)
        ;[since, done] = [sent, 0]
      }
      post({ kind: 'progress', training, heldOut: measured, stepsPerSecond })
      ;[training, measured] = [[], []]
    }
    report()
    await showFilters(start)
    await classify(start)
    const order = p.foldIn(p.rng(seed), 'order')
    const { state } = await p.fold(
      device,
      descend,
      start,
      p.epochs(data.training, { size: batchSize, epochs: epochCount, shuffle: order }),
      {
        readEvery,
        // On a slow device, too, the page hears of it ten times a second.
        settle: (count) => count % heldOutEvery === 0 || asked() || performance.now() - sent > 100,
        onStep: async ({ count, metrics, settled, state }) => {
          training = [...training, { step: count, loss: metrics.loss, accuracy: metrics.accuracy }]
          done += 1
          await breathe()
          if (settled && (count % heldOutEvery === 0 || count === steps)) {
            measured = [...measured, await measure(state)]
            await showFilters(state)
          }
          if (performance.now() - sent > 100 || count === steps) report()
          if (!settled) return undefined
          await classify(state)
          if (inbox.paused) {
            report()
            post({ kind: 'paused' })
            while (inbox.paused && inbox.reset === undefined) {
              await nextMessage()
              await classify(state)
            }
            ;[since, done] = [performance.now(), 0]
          }
          return inbox.reset === undefined ? undefined : 'stop'
        },
      },
    )
    return state
  }

  for (let seed = first; ; ) {
    const state = await train(seed)
    if (inbox.reset === undefined) post({ kind: 'finished' })
    while (inbox.reset === undefined) {
      await classify(state)
      await nextMessage()
    }
    seed = inbox.reset
    inbox.reset = undefined
  }
}

addEventListener('message', ({ data: request }: MessageEvent<Request>) => {
  switch (request.kind) {
    case 'open':
      session(request).catch((error: unknown) =>
        post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
      )
      break
    case 'pause':
      inbox.paused = request.paused
      break
    case 'reset':
      inbox.reset = request.seed
      break
    case 'classify':
      inbox.drawing = request.pixels
  }
  wake()
})
