/** One workload in a fresh process: `child.ts NAME DEVICE THREADS [fastMath] [winograd] [openblas]` prints its figures as JSON. */
import type { Device } from 'pullback'

const [name = '', kind = 'cpu', threads = '1', ...options] = process.argv.slice(2)

const openCpu = async () => {
  const { cpu } = await import('pullback/cpu')
  const choice = {
    threads: Number(threads),
    fastMath: options.includes('fastMath'),
    winograd: options.includes('winograd'),
  }
  if (!options.includes('openblas')) return cpu(choice)
  const library = await (await import('pullback/node')).openblas({ threads: choice.threads })()
  if (library._tag === 'Left') throw new Error(library.left.message)
  return cpu({ ...choice, matmul: library.right })
}

const deviceOf = async (): Promise<Device> => {
  if (kind === 'cpu') return openCpu()
  if (options.length > 0) throw new Error(`${kind} has no ${options.join(' or ')}`)
  if (threads !== '1') throw new Error(`${kind} has one thread, got ${threads}`)
  if (kind === 'reference') return (await import('pullback/reference')).reference()
  if (kind === 'webgpu') {
    const opened = await (await import('pullback/webgpu')).webgpu()()
    if (opened._tag === 'Left') throw opened.left
    return opened.right
  }
  throw new Error(`unknown device ${kind}: expected cpu, reference or webgpu`)
}

const { workloads } = await import('./workloads/index.js')
const device = await deviceOf()
// Modules are loaded: what is left of the first call is graph, plan, code generation and one run.
const { flops, ...figures } = await workloads[name]!({ device, started: performance.now() })
const best = figures.best_ms
console.log(
  JSON.stringify({
    workload: name,
    device: kind,
    threads: Number(threads),
    ...Object.fromEntries(options.map((option) => [option, true])),
    ...figures,
    ...(flops === undefined || best === undefined ? {} : { gflops: flops / best / 1e6 }),
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)
