/**
 * Products without workgroup tiles: every invocation computes a few results from elements that it reads itself, and k is
 * dealt to `lanes` of invocations, which a tree adds at the end. For vectors, for long sums with few results, and for
 * many tiny matrices.
 *
 * Order of operations: lane l adds the products k = l, l + lanes, ... in ascending order, in blocks of 256 where there are
 * more than 512 of them; then lanes are added as a tree: l and l + lanes / 2, and so on.
 */
import type { Dispatch, KernelContext } from '../../dispatch.js'
import { newShader } from '../../emit/shader.js'
import { chosen, declareMatrix, declareOffset, epilogueCode, workgroupsFor } from './offsets.js'
import type { Problem, Side } from './problem.js'

export interface Direct {
  /** Results of one invocation. */
  readonly rows: number
  readonly columns: number
  /** Invocations side by side, each with results of its own, and those that share them along k. */
  readonly blocks: number
  readonly lanes: number
  /** Whether neighbouring invocations are neighbours along k, or else along n. */
  readonly alongK: boolean
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

/** The longest chain that is summed without blocks. */
export const longest = 512
const chain = 256

/** Bytes of workgroup memory. */
export const sharedBytes = ({ rows, columns, blocks, lanes }: Direct): number =>
  lanes === 1 ? 0 : 4 * rows * columns * blocks * lanes

export const directDispatch = (problem: Problem, direct: Direct, context: KernelContext): Dispatch => {
  const { batch, m, n, k, a, b, epilogue } = problem
  const { rows, columns, blocks, lanes, alongK } = direct
  const threads = blocks * lanes
  const shader = newShader(context)
  // Rows and columns of a block are rowBlocks (columnBlocks) apart, so that neighbours read neighbours.
  const [rowBlocks, columnBlocks] = [Math.ceil(m / rows), Math.ceil(n / columns)]
  const total = batch * rowBlocks * columnBlocks
  const { workgroups, code: numbered } = workgroupsFor(Math.ceil(total / blocks), context.limits)

  const sums = range(rows * columns).map((i) => `sum${i}`)
  const each = (line: (sum: string, i: number) => string): string => sums.map(line).join('\n')

  const own = (
    name: 'a' | 'b',
    side: Side,
    count: number,
    blockCount: number,
    each: number,
    first: string,
  ): string[] => [
    declareMatrix(`${name}Matrix`, side),
    ...range(each).map((i) => {
      const index = i === 0 ? first : `${first} + ${i * blockCount}u`
      const flat = `${name}Own${i}`
      const clamped = count % each === 0 ? index : `min(${index}, ${count - 1}u)`
      return `let ${flat} = i32(${clamped});\n${declareOffset(`${name}Start${i}`, side.own, flat, `${name}Matrix`)}`
    }),
  ]

  const product = [
    declareOffset('aAlong', a.depth, 'i32(k)'),
    declareOffset('bAlong', b.depth, 'i32(k)'),
    ...range(rows).map((i) => `let left${i} = ${shader.load(a.buffer, `aStart${i} + aAlong`)};`),
    ...range(columns).map((j) => `let right${j} = ${shader.load(b.buffer, `bStart${j} + bAlong`)};`),
    each((sum, i) => `${sum} = fma(left${Math.floor(i / columns)}, right${i % columns}, ${sum});`),
  ]
  const end = shader.bound(k)
  const inBlocks = Math.ceil(k / lanes) > longest
  const loop = inBlocks
    ? [
        each((_, i) => `var total${i} = 0f;`),
        `for (var begin = lane; begin < ${end}; begin += ${chain * lanes}u) {`,
        each((sum) => `${sum} = 0f;`),
        `let end = min(begin + ${chain * lanes}u, ${end});`,
        `for (var k = begin; k < end; k += ${lanes}u) {`,
        ...product,
        '}',
        each((sum, i) => `total${i} += ${sum};`),
        '}',
        each((sum, i) => `${sum} = total${i};`),
      ]
    : [`for (var k = lane; k < ${end}; k += ${lanes}u) {`, ...product, '}']

  const count = rows * columns
  const width = count * blocks
  const tree = [
    each((sum, i) => `partial[lane * ${width}u + ${i * blocks}u + block] = ${sum};`),
    `for (var half = ${shader.bound(lanes >> 1)}; half > 0u; half >>= 1u) {`,
    'workgroupBarrier();',
    `for (var place = localIndex; place < half * ${width}u; place += ${threads}u) {`,
    `partial[place] += partial[place + half * ${width}u];`,
    '}',
    '}',
    'workgroupBarrier();',
  ]

  const result = lanes > 1 ? 'partial[place]' : chosen(sums, 'e')
  const code = epilogueCode(shader, epilogue, 'result')
  const body = (blockNumber: string, e: string): string[] => [
    `let own = number * ${blocks}u + ${blockNumber};`,
    `let row = i32(own / ${columnBlocks}u % ${rowBlocks}u + ${e} / ${columns}u * ${rowBlocks}u);`,
    `let column = i32(own % ${columnBlocks}u + ${e} % ${columns}u * ${columnBlocks}u);`,
    `if (own < ${total}u && row < ${m}i && column < ${n}i) {`,
    `let batch = i32(own / ${columnBlocks * rowBlocks}u);`,
    `let result = ${result};`,
    code.batch,
    code.row,
    code.column,
    code.body,
    '}',
  ]
  const finish =
    lanes === 1
      ? [`for (var e = 0u; e < ${shader.bound(count)}; e++) {`, ...body('block', 'e'), '}']
      : [
          ...tree,
          `for (var place = localIndex; place < ${width}u; place += ${threads}u) {`,
          `let e = place / ${blocks}u;`,
          ...body(`place % ${blocks}u`, 'e'),
          '}',
        ]

  const main = [
    numbered,
    alongK
      ? `let lane = localIndex % ${lanes}u;\nlet block = localIndex / ${lanes}u;`
      : `let lane = localIndex / ${blocks}u;\nlet block = localIndex % ${blocks}u;`,
    total % blocks === 0
      ? `let start = number * ${blocks}u + block;`
      : `let start = min(number * ${blocks}u + block, ${total - 1}u);`,
    `let columnStart = start % ${columnBlocks}u;`,
    `let rowStart = start / ${columnBlocks}u % ${rowBlocks}u;`,
    each((sum) => `var ${sum} = 0f;`),
    '{',
    `let batch = i32(start / ${columnBlocks * rowBlocks}u);`,
    ...own('a', a, m, rowBlocks, rows, 'rowStart'),
    ...own('b', b, n, columnBlocks, columns, 'columnStart'),
    ...loop,
    '}',
    ...finish,
  ]
  const words = sharedBytes(direct) / 4
  return shader.finish({
    label: `matmul ${batch === 1 ? '' : `${batch}x`}${m}x${n}x${k} ${rows}x${columns} by ${lanes} lanes`,
    workgroupSize: [threads, 1, 1],
    workgroups,
    declarations: words === 0 ? '' : `var<workgroup> partial: array<f32, ${words}>;`,
    main: main.filter((line) => line !== '').join('\n'),
  })
}
