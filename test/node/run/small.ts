/** A small run, to be killed and to be given what is wrong. */
import { reference } from '../../../src/backend/reference/index.js'
import {
  flagOption,
  type Must,
  planRun,
  progressOn,
  readCommandLine,
  textOption,
  trainRun,
  watchInterrupts,
  wholeOption,
} from '../../../src/node/index.js'
import { adam, schedule } from '../../../src/optim/index.js'
import { rng } from '../../../src/random/rng.js'
import { accuracy } from '../../../src/train/metrics.js'
import { queuedDevice } from '../../train/asynchronous.js'
import { classifier, crossEntropy, sectors } from '../../train/support.js'

const options = {
  name: textOption('NAME', 'the name', undefined),
  resume: textOption('DIR', 'the run', undefined),
  epochs: wholeOption('epochs', 12),
  seed: wholeOption('seed', 3),
  device: textOption('NAME', 'the device', 'reference'),
  help: flagOption('help'),
}

/** What `child.ts` does: saves of the checkpoint are `save` milliseconds apart. */
export const smallRun =
  (root: string, save: number, args: readonly string[], write: (text: string) => unknown) =>
  async (must: Must<{ readonly message: string }>): Promise<number> => {
    const line = await must(readCommandLine(options, args))
    const { values, open } = await must(planRun(options, line, root, () => 'small'))
    const { status } = await must(
      trainRun(
        open,
        {
          ...{ layer: classifier(), loss: crossEntropy, metrics: { accuracy } },
          optimizer: adam(schedule.cosine({ initial: 0.02, steps: values.epochs * 7 })),
          ...{ training: sectors(56), heldOut: sectors(30) },
          ...{ batchSize: 8, epochs: values.epochs, generator: rng(values.seed) },
          title: 'small',
        },
        {
          device: values.device === 'queued' ? queuedDevice() : reference(),
          progress: progressOn({ write }, () => performance.now()),
          interrupt: watchInterrupts(),
          saveEvery: save,
        },
      ),
    )
    return status === 'stopped' ? 130 : 0
  }
