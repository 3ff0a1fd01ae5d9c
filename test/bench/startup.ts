/** A fresh Node from its start to the first result of a 2x2 product on a device, by the built package; and Node alone. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './measure.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const opened: Readonly<Record<string, string>> = {
  cpu: `
import { cpu } from 'pullback/cpu'
const device = cpu()`,
  webgpu: `
import { webgpu } from 'pullback/webgpu'
const opened = await webgpu()()
if (opened._tag === 'Left') throw opened.left
const device = opened.right`,
  reference: `
import { reference } from 'pullback/reference'
const device = reference()`,
}
const programOn = (device: string): string => `${opened[device]}
import { matmul, tensor, toArray } from 'pullback'
const a = tensor([[1, 2], [3, 4]])
const y = ${device === 'webgpu' ? 'await device.evaluate' : 'device.evaluateSync'}(matmul(a, a))
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

export const startup = (device: string) => {
  const program = programOn(device)
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
