/**
 * An asynchronous device for tests: the reference behind a queue, as a GPU is. Calls return at once, and the work is done
 * later, in order. It is strict: a buffer that was released or given up is gone.
 */
import type { HostArray } from '../../src/array/dtype.js'
import { referenceBackend } from '../../src/backend/reference/backend.js'
import type { Backend, Value } from '../../src/engine/backend.js'
import { type Device, deviceOf } from '../../src/engine/device.js'

interface Cell {
  data: HostArray | undefined
}

export interface QueueLog {
  /** Programs told to run so far, and done. */
  told: number
  done: number
  /** For every number that was read: how much work was still told when it came. */
  readonly behind: number[]
  /** Buffers alive. */
  alive: number
  /** Lets every run from then on fail. */
  lost: boolean
}

export const queueLog = (): QueueLog => ({ told: 0, done: 0, behind: [], alive: 0, lost: false })

/** A device that does one thing from its queue in a macrotask. */
export const queuedDevice = (log: QueueLog = queueLog()): Device => {
  const own = referenceBackend()
  const queue: (() => void)[] = []
  let running = false
  const work = (): void => {
    queue.shift()?.()
    if (queue.length > 0) setImmediate(work)
    else running = false
  }
  const enqueue = (task: () => void): void => {
    queue.push(task)
    if (!running) setImmediate(work)
    running = true
  }
  const cell = (data?: HostArray): Cell => {
    log.alive += 1
    return { data }
  }
  const dataOf = ({ data }: Cell): HostArray => {
    if (data === undefined) throw new Error('a buffer that is gone')
    return data
  }
  const drop = (buffer: Cell): void => {
    dataOf(buffer)
    buffer.data = undefined
    log.alive -= 1
  }
  const backend: Backend<Cell, 'async'> = {
    name: 'queued',
    mode: 'async',
    dtypes: own.dtypes,
    compile: async (program, options) => {
      const executable = own.compile(program, { ...options, keep: 'host' })
      return {
        run: (inputs, scalars) =>
          new Promise((resolve, reject) => {
            if (log.lost) {
              reject(new Error('the device is lost'))
              return
            }
            log.told += 1
            const results = program.outputs.map(() => cell())
            const compute = (): void => {
              const host = inputs.map(
                (input): Value<HostArray> =>
                  input.kind === 'host' ? input : { kind: 'host', data: dataOf(input.buffer) },
              )
              executable.run(host, scalars).forEach((value, i) => {
                if (value.kind === 'host') results[i].data = value.data.slice() as HostArray
              })
              inputs.forEach((input, i) => {
                if (options.donated[i] && input.kind === 'device') drop(input.buffer)
              })
              log.done += 1
            }
            if (options.keep === 'device') {
              enqueue(compute)
              resolve(results.map((buffer) => ({ kind: 'device', buffer })))
            } else
              enqueue(() => {
                compute()
                resolve(results.map((buffer) => ({ kind: 'host', data: dataOf(buffer) })))
                results.forEach(drop)
              })
          }),
        describe: executable.describe,
        dispose: executable.dispose,
      }
    },
    upload: (data) => cell(data.slice() as HostArray),
    download: (buffer) =>
      new Promise((resolve, reject) =>
        enqueue(() => {
          try {
            const data = dataOf(buffer).slice() as HostArray
            log.behind.push(log.told - log.done)
            resolve(data)
          } catch (error) {
            reject(error)
          }
        }),
      ),
    release: (buffer) => enqueue(() => drop(buffer)),
  }
  return deviceOf(backend)
}
