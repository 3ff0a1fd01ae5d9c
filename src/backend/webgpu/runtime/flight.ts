/**
 * Keeps runs from getting far ahead of the device: what is submitted and not done yet holds memory. A run resolves when
 * its commands are submitted; when too many are under way, when the oldest of them are done.
 */
import type { Health } from './health.js'

export interface Flight {
  /** To be called after a submission that was preceded by writes of so many bytes; waits if there is too much. */
  readonly submitted: (bytes: number) => Promise<void> | undefined
}

/** Submissions that count as one group, and how many groups, and bytes, may be under way. */
const groupSize = 8
const groupBytes = 64 * 1024 * 1024
const mostGroups = 4

export const createFlight = (queue: GPUQueue, health: Health): Flight => {
  const groups: Promise<void>[] = []
  let count = 0
  let bytes = 0
  return {
    submitted: (written) => {
      count++
      bytes += written
      if (count < groupSize && bytes < groupBytes) return undefined
      count = 0
      bytes = 0
      const done: Promise<void> = health
        .guard(queue.onSubmittedWorkDone())
        .then(() => {})
        .finally(() => {
          groups.splice(groups.indexOf(done), 1)
        })
      done.catch(() => {})
      groups.push(done)
      return groups.length > mostGroups ? groups[0] : undefined
    },
  }
}
