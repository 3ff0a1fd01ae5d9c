/**
 * Links launches: gives every descriptor, table and list its place in one block of memory, and notes which words hold
 * addresses that change from run to run. Such an address is a distance from a slot: an input, an output, or the
 * workspace. When a slot moves, only its words are written.
 */
import type { DType } from '../../../array/dtype.js'
import { type KernelSource, type Label, type Launch, listWords, type Word } from '../plan/launch.js'
import type { Sharing } from '../plan/sharing.js'

/** Where element 0 of a buffer is. */
export type Binding = { readonly slot: number; readonly bytes: number }

export interface Patch {
  /** Index of the word in the block. */
  readonly word: number
  readonly bytes: number
}

export interface Linked {
  /** The block; words of slots and of the block itself still hold distances. */
  readonly words: Int32Array
  readonly functions: readonly { readonly word: number; readonly source: KernelSource }[]
  /** Words that hold addresses within the block. */
  readonly own: readonly number[]
  /** For every slot the words that depend on it. */
  readonly patches: readonly (readonly Patch[])[]
  /** Words that hold lifted literals. */
  readonly scalars: readonly { readonly word: number; readonly index: number; readonly dtype: DType }[]
  /** Word of the list of launches. */
  readonly list: number
}

export const link = (
  launches: readonly Launch[],
  bindings: readonly Binding[],
  slots: number,
  sharing: Sharing,
): Linked => {
  const words: number[] = []
  const functions: { readonly word: number; readonly source: KernelSource }[] = []
  const own: number[] = []
  const patches: Patch[][] = Array.from({ length: slots }, () => [])
  const scalars: { readonly word: number; readonly index: number; readonly dtype: DType }[] = []
  const scalarWords = new Map<string, number>()
  const tables: { readonly word: number; readonly values: Int32Array }[] = []
  const labels = new Map<Label, number>()
  const labelled: { readonly word: number; readonly label: Label }[] = []
  const pending: { readonly word: number; readonly place: () => number }[] = []

  const scalarWord = (index: number, dtype: DType): number => {
    const key = `${index} ${dtype}`
    const known = scalarWords.get(key)
    if (known !== undefined) return known
    const word = words.length
    words.push(0)
    scalarWords.set(key, word)
    scalars.push({ word, index, dtype })
    return word
  }
  const place = (list: readonly Word[]): number => {
    const first = words.length
    for (let i = 0; i < list.length; i++) emit(list[i])
    return first
  }
  /** Writes one word; what it points to is placed after all descriptors that are being written. */
  const emit = (word: Word): void => {
    const at = words.length
    words.push(0)
    if (typeof word === 'number') {
      words[at] = word
      return
    }
    switch (word.kind) {
      case 'buffer': {
        const { slot, bytes } = bindings[word.buffer]
        patches[slot].push({ word: at, bytes: bytes + 4 * word.offset })
        return
      }
      case 'function':
        functions.push({ word: at, source: word.source })
        return
      case 'scalar':
        pending.push({ word: at, place: () => scalarWord(word.index, word.dtype) })
        return
      case 'table':
        tables.push({ word: at, values: word.values })
        return
      case 'words':
        pending.push({ word: at, place: () => place(word.words) })
        return
      case 'written':
        labels.set(word.label, at)
        return
      case 'addressOf':
        labelled.push({ word: at, label: word.label })
    }
  }

  const list = place(listWords(launches, sharing))
  // Placing may find more to place.
  for (let i = 0; i < pending.length; i++) {
    const { word, place: put } = pending[i]
    words[word] = 4 * put()
    own.push(word)
  }
  for (const { word, label } of labelled) {
    words[word] = 4 * labels.get(label)!
    own.push(word)
  }
  // Tables come last, each once; most of the block is tables.
  const tableWords = new Map<Int32Array, number>()
  let size = words.length
  for (const { word, values } of tables) {
    const known = tableWords.get(values)
    if (known === undefined) tableWords.set(values, size)
    words[word] = 4 * (known ?? size)
    own.push(word)
    if (known === undefined) size += values.length
  }
  const image = new Int32Array(size)
  image.set(words)
  for (const [values, at] of tableWords) image.set(values, at)
  return { words: image, functions, own, patches, scalars, list }
}
