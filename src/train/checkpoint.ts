/**
 * Checkpoints: any tree (a training state, or params alone) as the bytes of a safetensors file, and back.
 *
 * Arrays are named by their paths in the tree (`params.conv1.weight`). Host values (a step count, a generator) are JSON in
 * the file's metadata, by path, numbers as text that reads back exactly.
 *
 * Laws: 1. decoding what was encoded, for the same structure, gives the same tree, bit for bit. 2. A checkpoint with
 * missing, extra or misshapen entries is an error that names them; none is ever read in part.
 */
import { type Either, left, right } from '#fp/Either'
import { fail } from '../array/error.js'
import { sameShape, showShape } from '../array/shape.js'
import { type AnyTensor, hostData, isTensor, leaf } from '../array/tensor.js'
import { namedLeaves } from '../array/tree.js'
import { type FormatError, formatError } from '../data/format/formatError.js'
import { readSafetensors, type Safetensors, writeSafetensors } from '../data/format/safetensors.js'

/** Free text to store beside the tree, by name. */
export type Notes = Readonly<Record<string, string>>

/** What a checkpoint holds. */
export interface Checkpoint<T> {
  readonly tree: T
  readonly notes: Notes
}

const hostKey = 'pullback.host'

type HostValue = string | number | boolean | null
const isHostValue = (value: unknown): value is HostValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

/** Host values of a tree by path. */
const hostValues = (tree: unknown, path = ''): readonly (readonly [string, HostValue])[] => {
  if (isTensor(tree) || tree === undefined) return []
  if (isHostValue(tree)) return [[path, tree]]
  if (typeof tree !== 'object')
    return fail(
      path,
      'arrays, numbers, texts, booleans and records or lists of them',
      typeof tree,
      'Nothing else can be saved.',
    )
  return Object.entries(tree).flatMap(([key, child]) => hostValues(child, join(path, key)))
}

const showNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** The tree with its tensors and host values replaced by what `arrays` and `values` say for their paths. */
const rebuild = (
  tree: unknown,
  path: string,
  arrays: ReadonlyMap<string, AnyTensor>,
  values: ReadonlyMap<string, HostValue>,
): unknown => {
  if (isTensor(tree)) return arrays.get(path)
  if (tree === undefined) return undefined
  if (isHostValue(tree)) return values.get(path)
  const child = (key: string, value: unknown) => rebuild(value, join(path, key), arrays, values)
  if (Array.isArray(tree)) return tree.map((value, i) => child(String(i), value))
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, child(key, value)]))
}

/**
 * The bytes of a checkpoint.
 *
 * @throws PullbackError when a tensor is not on the host, or the tree holds what cannot be saved
 * @example
 * import { decodeCheckpoint, encodeCheckpoint, tensor, zeros } from 'pullback'
 *
 * const bytes = encodeCheckpoint({ weight: tensor([1, 2]), step: 3 }, { run: 'first' })
 * const loaded = decodeCheckpoint({ weight: zeros([2]), step: 0 })(bytes)
 * loaded._tag === 'Right' && loaded.right.tree.step // => 3
 */
export const encodeCheckpoint = (tree: unknown, notes: Notes = {}): Uint8Array => {
  const tensors = namedLeaves(tree).map(([path, x]) => {
    const data =
      hostData(x) ??
      fail(path, 'an evaluated tensor on the host', 'another', 'Write device.read(state) or take a snapshot.')
    return [path, { shape: x.shape, dtype: x.dtype, data }] as const
  })
  const values = Object.fromEntries(
    hostValues(tree).map(([path, value]) => [path, typeof value === 'number' ? [showNumber(value)] : value]),
  )
  if (Object.hasOwn(notes, hostKey)) fail('encodeCheckpoint', 'notes of other names', hostKey, 'Choose another name.')
  return writeSafetensors({ tensors: new Map(tensors), metadata: { ...notes, [hostKey]: JSON.stringify(values) } })
}

/** Some names and how many more there are. */
const some = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`

const reject = (where: string, expected: string, got: string, fix: string): Either<FormatError, never> =>
  left(formatError('checkpoint', where, expected, got, fix))
const anotherModel = 'It is of another model: build the model that it was saved from.'
const otherProgram = 'It was written by another program, or is damaged.'

const checkNames = (
  what: string,
  wanted: readonly string[],
  found: readonly string[],
): Either<FormatError, undefined> => {
  const [has, needs] = [new Set(found), new Set(wanted)]
  const missing = wanted.filter((name) => !has.has(name))
  const extra = found.filter((name) => !needs.has(name))
  if (missing.length > 0)
    return reject(
      what,
      `entries ${some(missing)}`,
      extra.length > 0 ? `${some(extra)} instead` : 'none of that name',
      anotherModel,
    )
  return extra.length > 0
    ? reject(what, `no more than ${wanted.length} entries`, `also ${some(extra)}`, anotherModel)
    : right(undefined)
}

const parseHost = (metadata: Notes): ReadonlyMap<string, HostValue> | undefined => {
  try {
    const values: unknown = JSON.parse(metadata[hostKey] ?? '')
    const entries = Object.entries(values as object).map(([path, value]: [string, unknown]) => [
      path,
      Array.isArray(value) ? Number(value[0]) : value,
    ])
    return new Map(entries as [string, HostValue][])
  } catch {
    return undefined
  }
}

/**
 * Reads a checkpoint of the same structure as `template`, such as the state that a run of the same model starts from.
 *
 * @example
 * import { decodeCheckpoint, encodeCheckpoint, tensor } from 'pullback'
 *
 * const template = { weight: tensor([0, 0]), step: 0 }
 * const read = decodeCheckpoint(template)(encodeCheckpoint({ weight: tensor([1, 2]), step: 7 }))
 * read._tag === 'Right' && read.right.tree.step // => 7
 */
export const decodeCheckpoint =
  <T>(template: T) =>
  (bytes: Uint8Array): Either<FormatError, Checkpoint<T>> => {
    const file = readSafetensors(bytes)
    return file._tag === 'Left' ? file : matchCheckpoint(template, file.right)
  }

const matchCheckpoint = <T>(template: T, { tensors, metadata }: Safetensors): Either<FormatError, Checkpoint<T>> => {
  const wanted = namedLeaves(template)
  const names = checkNames(
    'arrays',
    wanted.map(([path]) => path),
    [...tensors.keys()],
  )
  if (names._tag === 'Left') return names
  for (const [path, { shape, dtype }] of wanted) {
    const found = tensors.get(path)!
    if (found.dtype !== dtype || !sameShape(found.shape, shape))
      return reject(path, `${dtype} ${showShape(shape)}`, `${found.dtype} ${showShape(found.shape)}`, anotherModel)
  }
  const values = parseHost(metadata)
  if (values === undefined) return reject(hostKey, 'a JSON object', 'something else', otherProgram)
  const wantedValues = hostValues(template)
  const paths = checkNames(
    'values',
    wantedValues.map(([path]) => path),
    [...values.keys()],
  )
  if (paths._tag === 'Left') return paths
  for (const [path, value] of wantedValues) {
    const found = values.get(path)!
    if (typeof found !== typeof value || (found === null) !== (value === null))
      return reject(path, `a ${typeof value}`, JSON.stringify(found), otherProgram)
  }
  const arrays = new Map(
    wanted.map(([path, x]) => [path, leaf({ kind: 'host', data: tensors.get(path)!.data }, x.shape, x.dtype)] as const),
  ) as ReadonlyMap<string, AnyTensor>
  const { [hostKey]: _, ...notes } = metadata
  return right({ tree: rebuild(template, '', arrays, values) as T, notes })
}
