/**
 * Bundles "dense + relu + SGD on cpu" as a web page would, runs the bundle on its own, and prints its size.
 *
 *     node test/package/bundle.mjs [FOLDER]
 *
 * FOLDER is one that install.mjs made; without it the package is packed and installed first.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { install } from './install.mjs'

/** Learns XOR by full-batch gradient descent. */
const program = `
import { chain, dense, initialTrainState, item, meanSquaredError, relu, rng, sgd, step, tensor } from 'pullback'
import { cpu } from 'pullback/cpu'

const device = cpu()
const batch = {
  inputs: tensor([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]),
  targets: tensor([0, 1, 1, 0], [4, 1]),
}
const layer = chain(dense(2, 16), relu(), dense(16, 1))
const optimizer = sgd(0.1)
const descend = step({ layer, loss: meanSquaredError, optimizer })
let [state] = initialTrainState(layer, optimizer, { shape: [4, 2], dtype: 'float32' })(rng(0))
let loss = 1
for (let i = 0; i < 500; i++) {
  const [next, metrics] = device.evaluateSync(descend(state, batch))
  state = next
  loss = item(metrics.loss)
}
if (!(loss < 0.01)) throw new Error('the loss is ' + loss)
`

/** Sources may say so: nothing but what is used may end up in a bundle. */
const empty = `import 'pullback'\nimport 'pullback/cpu'\n`

const user = process.argv[2] ?? install()

const bundle = async (name, source) => {
  const entry = join(user, `${name}.js`)
  writeFileSync(entry, source)
  const { output } = await build({
    root: user,
    configFile: false,
    logLevel: 'warn',
    build: { write: false, minify: true, target: 'es2022', modulePreload: false, rolldownOptions: { input: entry } },
  })
  if (output.length !== 1) throw new Error(`expected one file, got ${output.map(({ fileName }) => fileName)}`)
  return output[0].code
}

const kilobytes = (bytes) => `${(bytes.length / 1000).toFixed(1)} kB`
const code = Buffer.from(await bundle('small', program))
const nothing = await bundle('nothing', empty)
if (nothing.trim() !== '') {
  console.error(`bundle: importing the package without using it leaves ${kilobytes(Buffer.from(nothing))}`)
  process.exit(1)
}

const alone = join(user, '..', 'alone.mjs')
writeFileSync(alone, code)
const { status } = spawnSync(process.execPath, [alone], { stdio: 'inherit', timeout: 60_000 })
if (status !== 0) {
  console.error(`bundle: ${alone} failed`)
  process.exit(1)
}
console.log(
  `bundle: dense + relu + SGD on cpu is ${kilobytes(code)} minified, ${kilobytes(gzipSync(code, { level: 9 }))} with gzip, ${kilobytes(brotliCompressSync(code))} with brotli`,
)
