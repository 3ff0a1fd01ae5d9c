/** State dictionaries of PyTorch, as another program wrote them. Layers are compared with PyTorch's outputs elsewhere. */
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../../../src/data/format/safetensors.js'
import { fixture, rightOf } from './support.js'

const shapes = (name: string): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries([...rightOf(readSafetensors(fixture(name))).tensors].map(([key, { shape }]) => [key, shape]))

describe('files of PyTorch', () => {
  it('gives the names and shapes of the state dictionary', () => {
    expect(rightOf(readSafetensors(fixture('torch-lenet.safetensors'))).metadata).toEqual({ format: 'pt' })
    expect(shapes('torch-lenet.safetensors')).toEqual({
      'conv1.weight': [6, 1, 5, 5],
      'conv1.bias': [6],
      'norm1.weight': [6],
      'norm1.bias': [6],
      'norm1.running_mean': [6],
      'norm1.running_var': [6],
      'norm1.num_batches_tracked': [],
      'conv2.weight': [16, 6, 5, 5],
      'conv2.bias': [16],
      'norm2.weight': [16],
      'norm2.bias': [16],
      'norm2.running_mean': [16],
      'norm2.running_var': [16],
      'norm2.num_batches_tracked': [],
      'fc1.weight': [120, 400],
      'fc1.bias': [120],
      'fc2.weight': [84, 120],
      'fc2.bias': [84],
      'fc3.weight': [10, 84],
      'fc3.bias': [10],
    })
    expect(shapes('torch-recurrent.safetensors')).toEqual({
      'embedding.weight': [11, 5],
      'lstm.weight_ih_l0': [28, 5],
      'lstm.weight_hh_l0': [28, 7],
      'lstm.bias_ih_l0': [28],
      'lstm.bias_hh_l0': [28],
      'head.weight': [11, 7],
      'head.bias': [11],
    })
  })

  it('gives their numbers: the embedding of the indices is a row of its table', () => {
    const { tensors } = rightOf(readSafetensors(fixture('torch-recurrent.safetensors')))
    const cases = rightOf(readSafetensors(fixture('torch-recurrent-cases.safetensors'))).tensors
    const indices = cases.get('input')
    expect(indices?.dtype).toBe('int32')
    const table = tensors.get('embedding.weight')?.data as Float32Array
    const rows = Array.from(indices?.data ?? [], (index) => [...table.subarray(5 * index, 5 * index + 5)])
    expect(rows.flat()).toEqual([...(cases.get('embedding')?.data ?? [])])
  })

  it('gives their numbers: the dense head of the outputs', () => {
    const { tensors } = rightOf(readSafetensors(fixture('torch-recurrent.safetensors')))
    const cases = rightOf(readSafetensors(fixture('torch-recurrent-cases.safetensors'))).tensors
    const [weight, bias] = ['head.weight', 'head.bias'].map((name) => tensors.get(name)?.data as Float32Array)
    const [outputs, logits] = ['outputs', 'logits'].map((name) => cases.get(name)?.data as Float32Array)
    for (let i = 0; i < logits.length; i++) {
      const [row, column] = [Math.floor(i / 11), i % 11]
      let sum = bias[column]
      for (let k = 0; k < 7; k++) sum += outputs[7 * row + k] * weight[7 * column + k]
      expect(Math.abs(sum - logits[i])).toBeLessThan(1e-6)
    }
  })

  it('gives integers of 64 bits as int32', () => {
    const { tensors } = rightOf(readSafetensors(fixture('torch-lenet.safetensors')))
    expect(tensors.get('norm1.num_batches_tracked')).toEqual({ shape: [], dtype: 'int32', data: Int32Array.of(5) })
  })
})
