/**
 * Training steps and products next to other libraries' WebGPU backends, on the same adapter in the same run:
 *
 *     mkdir peers && npm install --prefix peers @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0 @jax-js/jax@0.1.25
 *     npm run build && npx tsx --tsconfig test/bench/tsconfig.json test/bench/peers/main.ts peers [WORKLOAD...]
 *
 * Every figure is the best of two rounds of fresh processes, taken in turn; ratios are to ours. Compilation is not in them.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const [folder = 'peers', ...chosen] = process.argv.slice(2)
const workloads = chosen.length > 0 ? chosen : ['mm512', 'mm512TN', 'mm512NT', 'chain1m', 'mlp', 'cnn', 'lstm']
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const commands: Readonly<Record<string, (workload: string) => readonly string[]>> = {
  pullback: (workload) => [here('../child.ts'), workload, 'webgpu', '1'],
  tfjs: (workload) => [here('run.ts'), 'tfjs', folder, workload],
  jax: (workload) => [here('run.ts'), 'jax', folder, workload],
}

interface Figures {
  readonly best_ms: number
}
const measured = (peer: string, workload: string): Figures | undefined => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...commands[peer]!(workload)], {
    encoding: 'utf8',
    env: { ...process.env, TSX_TSCONFIG_PATH: here('../tsconfig.json') },
    timeout: 300_000,
  })
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Figures
  console.error(`${peer} ${workload}: ${stderr.trim().split('\n').at(-1) || 'took more than 5 minutes'}`)
  return undefined
}

for (const workload of workloads) {
  const best = new Map<string, number>()
  for (const _ of [1, 2])
    for (const peer of Object.keys(commands)) {
      const { best_ms: ms = Number.POSITIVE_INFINITY } = measured(peer, workload) ?? {}
      best.set(peer, Math.min(ms, best.get(peer) ?? ms))
    }
  const own = best.get('pullback')!
  const ratios = [...best].map(([peer, ms]) => [`${peer}_ratio`, Number((ms / own).toFixed(2))] as const).slice(1)
  console.log(JSON.stringify({ workload, ...Object.fromEntries(best), ...Object.fromEntries(ratios) }))
}
