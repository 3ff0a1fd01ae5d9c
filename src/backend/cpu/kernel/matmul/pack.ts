/**
 * Packing: four rows of an operand (four places of m or n, all places of a block of k) are written as [k][4], for the
 * micro-kernel to read in order. Operands are read where they lie: place i of one axis and place k of the other have
 * address source + offsets[i] + depths[k]. Four neighbouring places of an axis form a group; how its offsets lie decides
 * how it is read.
 */
import type { Code, FunctionDefinition, Local, Operand } from '../../emit/code.js'
import { call, define, doWhile, i32, when } from '../../emit/instructions.js'
import { v128 } from '../../emit/simd.js'
import { firstLanes } from '../accumulate.js'

/**
 * An entry of a table of groups: [offset of the first place, offset of the last place - 12 bytes, kind]. Kinds: 4 means
 * four neighbours; 1 to 3 so many neighbours and then the others, neighbours again, which end at the second offset;
 * `everySecond` means a stride of two elements; `scattered` anything else.
 */
export const groupBytes = 12
export const everySecond = 5
export const scattered = 0

interface Group {
  readonly first: Operand
  readonly second: Operand
  readonly mask: Local
}

interface Reader {
  readonly matches: (kind: Local) => Code
  readonly read: (at: Local, group: Group) => Code
}
/** The four places of a group that is not scattered, for one place of the other axis. */
const readers: readonly Reader[] = [
  { matches: (kind) => i32.equal(kind, 4), read: (at, { first }) => v128.load(i32.add(at, first)) },
  {
    matches: (kind) => i32.equal(kind, everySecond),
    read: (at, { first }) =>
      v128.shuffle(v128.load(i32.add(at, first)), v128.load(i32.add(at, first), 16), [0, 2, 4, 6]),
  },
  {
    matches: (kind) => i32.notEqual(kind, scattered),
    read: (at, { first, second, mask }) =>
      v128.choose(v128.load(i32.add(at, first)), v128.load(i32.add(at, second)), mask),
  },
]

/** Reads a group by its kind; `each` makes code of a way to read, which is repeated for every kind. */
const byKind = (kind: Local, group: Group, each: (read: (at: Local) => Code) => Code, whenScattered: Code): Code =>
  readers.reduceRight<Code>(
    (otherwise, { matches, read }) =>
      when(
        matches(kind),
        each((at) => read(at, group)),
        otherwise,
      ),
    whenScattered,
  )

const lanesAt = (addresses: readonly Code[]): Code =>
  addresses
    .slice(1)
    .reduce<Code>((vector, address, i) => v128.loadLane(address, vector, i + 1), v128.loadFirst(addresses[0]))

/**
 * (target, bytes between places of k there, source, group, offsets of the four places, depths, end of depths): groups
 * of neighbours along the packed axis.
 */
export const packAlong: FunctionDefinition = define(
  Array.from({ length: 7 }, () => 'i32' as const),
  [],
  (locals, ...params) => {
    const [target, step, source, group, offsets, depths, end] = params
    const [first, second, kind, at] = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const mask = locals.v128()
    const places = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const each = (read: (at: Local) => Code): Code =>
      doWhile(
        [
          at.set(i32.add(source, i32.load(depths))),
          v128.store(target, read(at)),
          target.set(i32.add(target, step)),
          depths.set(i32.add(depths, 4)),
        ],
        i32.lessUnsigned(depths, end),
      )
    return [
      first.set(i32.load(group)),
      second.set(i32.load(group, 4)),
      kind.set(i32.load(group, 8)),
      mask.set(firstLanes(kind)),
      byKind(kind, { first, second, mask }, each, [
        places.map((place, i) => place.set(i32.load(offsets, 4 * i))),
        each((address) => lanesAt(places.map((place) => i32.add(address, place)))),
      ]),
    ]
  },
)

/** (target, source, groups, offsets, depths, end of depths): two neighbouring groups at once, written as [k][8]. */
export const packPair: FunctionDefinition = define(
  Array.from({ length: 6 }, () => 'i32' as const),
  [],
  (locals, ...params) => {
    const [target, source, group, offsets, depths, end] = params
    const at = locals.i32()
    const groups = [0, 1].map((i) => ({
      entry: i * groupBytes,
      first: locals.i32(),
      second: locals.i32(),
      kind: locals.i32(),
      mask: locals.v128(),
    }))
    const [left, right] = groups as [(typeof groups)[0], (typeof groups)[0]]
    const each = (read: (group: Group) => Code): Code =>
      doWhile(
        [
          at.set(i32.add(source, i32.load(depths))),
          v128.store(target, read(left)),
          v128.store(target, read(right), 16),
          target.set(i32.add(target, 32)),
          depths.set(i32.add(depths, 4)),
        ],
        i32.lessUnsigned(depths, end),
      )
    const both = (matches: (kind: Local) => Code): Code => i32.and(matches(left.kind), matches(right.kind))
    const [neighbours, second, broken] = readers as [Reader, Reader, Reader]
    const alone = (i: number): Code =>
      call(
        packAlong,
        i32.add(target, 16 * i),
        32,
        source,
        i32.add(group, i * groupBytes),
        i32.add(offsets, 16 * i),
        depths,
        end,
      )
    return [
      groups.map(({ entry, first, second: last, kind, mask }) => [
        first.set(i32.load(group, entry)),
        last.set(i32.load(group, entry + 4)),
        kind.set(i32.load(group, entry + 8)),
        mask.set(firstLanes(kind)),
      ]),
      when(
        both(neighbours.matches),
        each((one) => neighbours.read(at, one)),
        when(
          // Four neighbours are a group whose break comes after the last one.
          both((kind) => i32.lessUnsigned(i32.sub(kind, 1), 4)),
          each((one) => broken.read(at, one)),
          when(
            both(second.matches),
            each((one) => second.read(at, one)),
            [alone(0), alone(1)],
          ),
        ),
      ),
    ]
  },
)

/** Rows become columns: y[i] lane j = x[j] lane i. `half` is scratch. */
export const transpose = (x: readonly Local[], y: readonly Local[]): Code => {
  const [a, b, c, d] = x
  const [p, q, r, s] = y
  return [
    p.set(v128.shuffle(a, b, [0, 4, 1, 5])),
    q.set(v128.shuffle(c, d, [0, 4, 1, 5])),
    r.set(v128.shuffle(a, b, [2, 6, 3, 7])),
    s.set(v128.shuffle(c, d, [2, 6, 3, 7])),
    a.set(v128.shuffle(p, q, [0, 1, 4, 5])),
    b.set(v128.shuffle(p, q, [2, 3, 6, 7])),
    c.set(v128.shuffle(r, s, [0, 1, 4, 5])),
    d.set(v128.shuffle(r, s, [2, 3, 6, 7])),
  ]
}

/**
 * (target, step, source, groups of k, offsets of the four places, depths, end of depths): groups of neighbours along k,
 * four by four transposed. Places of k past the last are written too, up to a multiple of four.
 */
export const packAcross: FunctionDefinition = define(
  Array.from({ length: 7 }, () => 'i32' as const),
  [],
  (locals, ...params) => {
    const [target, step, source, group, offsets, depths, end] = params
    const [first, second, kind] = [locals.i32(), locals.i32(), locals.i32()]
    const mask = locals.v128()
    const places = [locals.i32(), locals.i32(), locals.i32(), locals.i32()]
    const x = [locals.v128(), locals.v128(), locals.v128(), locals.v128()]
    const y = [locals.v128(), locals.v128(), locals.v128(), locals.v128()]
    return [
      places.map((place, i) => place.set(i32.add(source, i32.load(offsets, 4 * i)))),
      doWhile(
        [
          first.set(i32.load(group)),
          second.set(i32.load(group, 4)),
          kind.set(i32.load(group, 8)),
          mask.set(firstLanes(kind)),
          byKind(
            kind,
            { first, second, mask },
            (read) => x.map((vector, i) => vector.set(read(places[i]))),
            x.map((vector, i) =>
              vector.set(lanesAt([0, 1, 2, 3].map((j) => i32.add(places[i], i32.load(depths, 4 * j))))),
            ),
          ),
          transpose(x, y),
          x.map((vector) => [v128.store(target, vector), target.set(i32.add(target, step))]),
          group.set(i32.add(group, groupBytes)),
          depths.set(i32.add(depths, 16)),
        ],
        i32.lessUnsigned(depths, end),
      ),
    ]
  },
)
