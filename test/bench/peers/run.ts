/**
 * One workload of a peer on WebGPU in a fresh process: `run.ts tfjs|jax FOLDER WORKLOAD` prints its figures as JSON. The
 * folder is where the peers are installed: main.ts says how.
 */
import { create, globals } from 'webgpu'
import { measure } from '../measure.js'

const [peer = '', folder = '', workload = ''] = process.argv.slice(2)
const gpu = create([])
Object.assign(globalThis, globals)
Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node', hardwareConcurrency: 1 } })

const { repetition } = await (peer === 'tfjs' ? import('./tfjs.js') : import('./jax.js'))
console.log(
  JSON.stringify({ workload, peer, ...(await measure(await repetition(folder, workload), performance.now())) }),
)
process.exit(0)
