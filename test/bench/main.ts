/**
 * `npm run bench -- [--json] [--device cpu|webgpu|reference] [--threads N] [--fastMath] [--winograd] [--openblas] [--filter NAME]`
 *
 * Every workload in a fresh process; one JSON object a line with `--json`, else a table row.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ceiling } from './ceiling.js'
import { startup } from './startup.js'
import { workloads } from './workloads/index.js'

type Figures = Readonly<Record<string, string | number | undefined>>

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    device: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: '1' },
    fastMath: { type: 'boolean', default: false },
    winograd: { type: 'boolean', default: false },
    openblas: { type: 'boolean', default: false },
    filter: { type: 'string', default: '' },
  },
})

const tsconfig = fileURLToPath(new URL('tsconfig.json', import.meta.url))
const child = fileURLToPath(new URL('child.ts', import.meta.url))
// The child resolves the package as this process does: to what was built.
const loader = ['--import', 'tsx']
const options = (['fastMath', 'winograd', 'openblas'] as const).filter((option) => values[option])
/** A workload that takes longer hangs. */
const mostMs = 1_800_000
const inProcess = (name: string): Figures => {
  const args = [...loader, child, name, values.device, values.threads, ...options]
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig },
    timeout: mostMs,
  })
  const line = stdout.trim().split('\n').at(-1) ?? ''
  return status === 0
    ? (JSON.parse(line) as Figures)
    : {
        workload: name,
        device: values.device,
        error:
          stderr
            .trim()
            .split('\n')
            .find((text) => /^\w*Error:/.test(text)) ?? (signal === null ? 'failed' : `ended by ${signal}`),
      }
}

const digits = (value: string | number | undefined): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value)

const show = (figures: Figures): string =>
  values.json
    ? JSON.stringify(figures)
    : Object.entries(figures)
        .map(([key, value]) => (key === 'workload' ? String(value).padEnd(10) : `${key} ${digits(value)}`))
        .join('  ')

const common = { device: values.device, threads: Number(values.threads) }
const runs: Readonly<Record<string, () => Figures>> = {
  // Of the processor, whatever the device.
  ceiling: () => ({ ...ceiling(), ...common, device: 'cpu' }),
  ...Object.fromEntries(Object.keys(workloads).map((name) => [name, () => inProcess(name)])),
  startup: () => ({ ...startup(values.device), ...common }),
}

/** A full name means that workload; anything else every workload whose name holds it. */
const chosen = Object.keys(runs).filter((name) =>
  Object.hasOwn(runs, values.filter) ? name === values.filter : name.includes(values.filter),
)
if (chosen.length === 0) {
  console.error(`no workload matches ${values.filter}: there are ${Object.keys(runs).join(', ')}`)
  process.exitCode = 2
}
for (const name of chosen) {
  const figures = runs[name]!()
  if (figures.error !== undefined) process.exitCode = 1
  console.log(show(figures))
}
