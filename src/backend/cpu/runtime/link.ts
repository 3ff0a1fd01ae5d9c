/**
 * Links launches: gives every descriptor, table and list its place in one block of memory, and notes which words hold
 * addresses that change from run to run. Such an address is a distance from a slot: an input, an output, or the
 * workspace. When a slot moves, only its words are written.
 */
import type { DType } from '../../../array/dtype.js'
import { type KernelSource, type Label, type Launch, listWords, type MadeTable, type Word } from '../plan/launch.js'
import type { Sharing } from '../plan/sharing.js'

/** Where element 0 of a buffer is. */
export type Binding = { readonly slot: number; readonly bytes: number }

export interface Patch {
  /** Index of the word in the block. */
  readonly word: number
  readonly bytes: number
}

export interface Linked {
  /** The block, but for the tables at its end that are made; words of slots and of the block itself hold distances. */
  readonly words: Int32Array
  /** Words of the whole block. */
  readonly size: number
  readonly functions: readonly { readonly word: number; readonly source: KernelSource }[]
  /** Words that hold addresses within the block. */
  readonly own: readonly number[]
  /** For every slot the words that depend on it. */
  readonly patches: readonly (readonly Patch[])[]
  /** Words that hold lifted literals. */
  readonly scalars: readonly { readonly word: number; readonly index: number; readonly dtype: DType }[]
  /** Word of the list of launches. */
  readonly list: number
  /** Word of the list of the launches that make tables, and how many they are. */
  readonly makers: number
  readonly made: number
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
  const tables: { readonly word: number; readonly values: Int32Array | MadeTable }[] = []
  const makers = new Map<MadeTable, Launch>()
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
      case 'made':
        tables.push({ word: at, values: word.table })
        need(word.table)
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

  /** Tables that a table is made of are made before it. */
  const need = (table: MadeTable): void => {
    if (makers.has(table)) return
    for (const word of table.words) if (typeof word !== 'number' && word.kind === 'made') need(word.table)
    const words: Word[] = [{ kind: 'made', table }, ...table.words]
    makers.set(table, { name: 'table', source: table.source, words, units: 1, work: 0 })
  }

  let placed = 0
  const placeAll = (list: readonly Launch[]): number => {
    const first = place(listWords(list, sharing))
    // Placing may find more to place.
    for (; placed < pending.length; placed++) {
      const { word, place: put } = pending[placed]
      words[word] = 4 * put()
      own.push(word)
    }
    return first
  }
  const list = placeAll(launches)
  const made = makers.size
  const firstMaker = placeAll([...makers.values()])
  for (const { word, label } of labelled) {
    words[word] = 4 * labels.get(label)!
    own.push(word)
  }
  // Tables come last, each once, and those last that are made; most of the block is tables.
  const places = new Map<Int32Array | MadeTable, number>()
  let size = words.length
  const placeTables = (given: boolean): void => {
    for (const { word, values } of tables) {
      if (ArrayBuffer.isView(values) !== given) continue
      const known = places.get(values)
      words[word] = 4 * (known ?? size)
      own.push(word)
      if (known !== undefined) continue
      places.set(values, size)
      size += ArrayBuffer.isView(values) ? values.length : values.size
    }
  }
  placeTables(true)
  const image = new Int32Array(size)
  placeTables(false)
  image.set(words)
  for (const [values, at] of places) if (ArrayBuffer.isView(values)) image.set(values, at)
  return { words: image, size, functions, own, patches, scalars, list, makers: firstMaker, made }
}
