/**
 * `npm run conformance -- [--device reference|cpu|webgpu] [--threads N] [--dtype float32|float64] [--json] DIR`
 *
 * Reads every case file of a folder, runs each case through the public API, and prints a line for each. An unknown kind
 * is a failure, never a skip. Threads of the cpu device share all that can be shared, however small.
 */

import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Device, deviceOf } from 'pullback'
import { backendOn } from '../../src/backend/cpu/backend.js'
import { control } from '../../src/backend/cpu/kernel/threads.js'
import { createRuntime } from '../../src/backend/cpu/runtime/runtime.js'
import { readCases } from './cases.js'
import type { Comparison } from './compare.js'
import { type Context, runCase } from './run.js'

const usage =
  'npm run conformance -- [--device reference|cpu|webgpu] [--threads N] [--dtype float32|float64] [--json] DIR'

const devices: Readonly<Record<string, (threads: number) => Promise<Device>>> = {
  reference: async () => (await import('pullback/reference')).reference(),
  cpu: async (threads) => (threads === 1 ? (await import('pullback/cpu')).cpu() : sharing(threads)),
  webgpu: async () => {
    const opened = await (await import('pullback/webgpu')).webgpu()()
    if (opened._tag === 'Left') throw opened.left
    return opened.right
  },
}

/** A cpu device whose threads share every launch. */
const sharing = async (threads: number): Promise<Device> => {
  const runtime = createRuntime(threads, 1e-9)
  while (runtime.memory.words()[control.started >> 2]! < threads - 1) await setTimeout(5)
  return deviceOf(backendOn(runtime))
}

interface Result {
  readonly file: string
  readonly name: string
  readonly kind: string
  readonly pass: boolean
  readonly worst?: Comparison
  readonly message?: string
}

const worstOf = (comparisons: readonly Comparison[]): Comparison =>
  comparisons.reduce(
    (a, b) => (b.ratio > a.ratio ? b : a),
    comparisons[0] ?? { what: 'nothing compared', ratio: Infinity, error: Infinity },
  )

const lineOf = ({ pass, name, kind, worst, message }: Result): string =>
  `${pass ? 'pass' : 'FAIL'} ${kind} ${name}  ${message ?? `worst ${worst?.error.toExponential(1)} at ${worst?.what}, ${worst?.ratio.toPrecision(2)} of the tolerance`}`

const run = async (folder: string, context: Context, report: (result: Result) => void): Promise<number> => {
  let failed = 0
  for (const { file, cases } of readCases(folder))
    for (const golden of cases) {
      const named = { file, name: golden.name, kind: golden.kind }
      try {
        const worst = worstOf(await runCase(golden, context))
        report({ ...named, pass: worst.ratio <= 1, worst })
        if (!(worst.ratio <= 1)) failed++
      } catch (error) {
        failed++
        report({ ...named, pass: false, message: error instanceof Error ? error.message : String(error) })
      }
    }
  return failed
}

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'string', default: '1' },
      dtype: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [folder] = positionals
  const make = devices[values.device]
  const dtype = values.dtype ?? 'float32'
  const threads = Number(values.threads)
  if (folder === undefined || make === undefined || (dtype !== 'float32' && dtype !== 'float64'))
    throw new Error(`usage: ${usage}`)
  if (!Number.isInteger(threads) || threads < 1 || (threads > 1 && values.device !== 'cpu'))
    throw new Error(`usage: ${usage}`)
  let count = 0
  const failed = await run(folder, { device: await make(threads), dtype }, (result) => {
    count++
    console.log(values.json ? JSON.stringify(result) : lineOf(result))
  })
  console.log(`${count - failed} passed, ${failed} failed`)
  return failed === 0 && count > 0 ? 0 : 1
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  },
)
