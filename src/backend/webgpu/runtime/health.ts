/**
 * Whether a device still works. Once it is lost, or has refused something, every run that waits for it rejects with the
 * reason, and so does every later one: nothing waits for what will never come.
 */
import { DeviceError } from '../../../engine/deviceError.js'

export interface Health {
  /** Throws where the device is gone. */
  readonly check: () => void
  /** The promise, but rejected at once when the device goes. */
  readonly guard: <A>(promise: Promise<A>) => Promise<A>
  readonly fail: (error: DeviceError) => void
}

export const createHealth = (): Health => {
  let failure: DeviceError | undefined
  const waiting = new Set<(error: DeviceError) => void>()
  return {
    check: () => {
      if (failure !== undefined) throw failure
    },
    guard: (promise) => {
      if (failure !== undefined) return Promise.reject(failure)
      // `Promise.race` with one long-lived promise would keep every promise it ever raced.
      return new Promise((resolve, reject) => {
        waiting.add(reject)
        promise.then(
          (value) => {
            waiting.delete(reject)
            resolve(value)
          },
          (error) => {
            waiting.delete(reject)
            reject(failure ?? error)
          },
        )
      })
    },
    fail: (error) => {
      failure ??= error
      for (const reject of waiting) reject(failure)
      waiting.clear()
    },
  }
}

const lost = (message: string): DeviceError =>
  new DeviceError(
    'webgpu',
    'lost',
    `the device is lost${message === '' ? '' : ` (${message.trim().replace(/[.\s]+$/, '')})`}`,
    'What lies in its memory is gone: open a new device, and go on from the last snapshot or checkpoint.',
  )

/** The device refused what it was given. */
export const fault = (error: GPUError): DeviceError =>
  new DeviceError('webgpu', 'fault', error.message.split('\n')[0], 'Please report this.', { cause: error })

/** The health of a GPU device: it is lost, or reports that what it was given is wrong. */
export const watch = (device: GPUDevice): Health => {
  const health = createHealth()
  device.lost.then(({ message }) => health.fail(lost(message)))
  device.onuncapturederror = ({ error }) => health.fail(fault(error))
  return health
}
