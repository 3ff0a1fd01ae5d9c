/** One workload in a fresh process: `child.ts NAME DEVICE THREADS` prints its figures as one line of JSON. */
const [name = '', kind = 'cpu', threads = '1'] = process.argv.slice(2)

const deviceOf = async () => {
  if (kind === 'cpu') return (await import('pullback/cpu')).cpu({ threads: Number(threads) })
  if (threads !== '1') throw new Error(`${kind} has one thread, got ${threads}`)
  if (kind === 'reference') return (await import('pullback/reference')).reference()
  throw new Error(`unknown device ${kind}: expected cpu or reference`)
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
    ...figures,
    ...(flops === undefined || best === undefined ? {} : { gflops: flops / best / 1e6 }),
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)

export {}
