import { describe, expect, test } from 'vitest'
import {
  choiceOption,
  flagOption,
  helpPage,
  positiveOption,
  readCommandLine,
  textOption,
  wholeOption,
} from '../../src/node/options.js'

const options = {
  name: textOption('NAME', 'the name', undefined),
  model: choiceOption('the model', ['mlp', 'lenet'], 'lenet'),
  epochs: wholeOption('how long', 10, 1),
  seed: wholeOption('the seed', 0),
  rate: positiveOption('how fast', 0.001),
  help: flagOption('this page'),
}
const read = (...args: readonly string[]) => readCommandLine(options, args)
const message = (...args: readonly string[]) => {
  const result = read(...args)
  return result._tag === 'Left' ? result.left.message : 'no error'
}

test('what is not given has its initial value', () => {
  const result = read('--epochs', '3', '--model=mlp')
  expect(result).toMatchObject({
    right: { values: { name: undefined, model: 'mlp', epochs: 3, seed: 0, rate: 0.001, help: false } },
  })
  expect(result._tag === 'Right' && [...result.right.given]).toEqual(['epochs', 'model'])
})

test('a flag is read back from a record', () => {
  expect([options.help.read('true'), options.help.read('false')]).toMatchObject([{ right: true }, { right: false }])
})

test('0 is a seed, and flags take no value', () => {
  expect(read('--seed', '0', '--help')).toMatchObject({ right: { values: { seed: 0, help: true } } })
})

describe('one line for what is wrong', () => {
  test.each([
    [['--epoch', '3'], 'There is no option --epoch. Try --help.'],
    [['-e', '3'], 'There is no option -e. Try --help.'],
    [['--constructor', '3'], 'There is no option --constructor. Try --help.'],
    [['--epochs'], '--epochs needs a value: --epochs N.'],
    [['--epochs', '--help'], '--epochs needs a value: --epochs N.'],
    [['--epochs', '0'], '--epochs: expected a whole number from 1 on, got 0.'],
    [['--epochs', '1.5'], '--epochs: expected a whole number from 1 on, got 1.5.'],
    [['--seed', '0x10'], '--seed: expected a whole number from 0 on, got 0x10.'],
    [['--rate', 'fast'], '--rate: expected a number above 0, got fast.'],
    [['--rate=-1'], '--rate: expected a number above 0, got -1.'],
    [['--rate', ''], '--rate: expected a number above 0, got .'],
    [['--model', 'vgg'], '--model: expected one of mlp, lenet, got vgg.'],
    [['--name='], '--name: expected some text, got .'],
    [['--help=yes'], '--help takes no value.'],
    [['--seed', '1', '--seed', '2'], '--seed is given twice.'],
    [['lenet'], 'lenet belongs to no option. Try --help.'],
  ])('%j', (args, wanted) => {
    expect(message(...args)).toBe(wanted)
  })
})

test('the help page names every option', () => {
  expect(helpPage('node train.js [options]', options)).toBe(
    [
      'node train.js [options]',
      '',
      '  --name NAME        the name',
      '  --model mlp|lenet  the model (lenet)',
      '  --epochs N         how long (10)',
      '  --seed N           the seed (0)',
      '  --rate X           how fast (0.001)',
      '  --help             this page',
    ].join('\n'),
  )
})
