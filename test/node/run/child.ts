/** `child.ts ROOT SAVE --name NAME` and `child.ts ROOT SAVE --resume DIR`: a small run as a process of its own. */
import process from 'node:process'
import { runMain } from '../../../src/node/index.js'
import { smallRun } from './small.js'

const [root, save, ...args] = process.argv.slice(2) as [string, string, ...string[]]
await runMain(smallRun(root, Number(save), args, (text) => process.stdout.write(text)))
