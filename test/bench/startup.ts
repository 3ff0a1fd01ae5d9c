/** A fresh Node from its start to the first result of a 2x2 product, on the built package; and Node alone. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './measure.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = `
import { matmul, tensor, toArray } from 'pullback'
import { cpu } from 'pullback/cpu'
const a = tensor([[1, 2], [3, 4]])
const y = cpu().evaluateSync(matmul(a, a))
if (toArray(y)[3] !== 22) throw new Error('wrong product')
`

const timed = (source: string): number => {
  const before = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - before
}

export const startup = () => {
  const [bare, own]: [number[], number[]] = [[], []]
  for (let i = 0; i < 11; i++) {
    bare.push(timed('0'))
    own.push(timed(program))
  }
  return {
    workload: 'startup',
    best_ms: Math.min(...own),
    median_ms: median(own),
    bare_node_ms: median(bare),
    over_node_ms: median(own) - median(bare),
    runs: own.length,
  }
}
