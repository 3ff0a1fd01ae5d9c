/**
 * Going back to a step that failed: copies of the state now and then, and the batches since.
 *
 * A step is a pure function, so a state and the batches after it are all that is needed to come to any later step again.
 */
import { barrier } from '../array/control.js'
import { item } from '../array/tensor.js'
import { mapTree } from '../array/tree.js'
import type { Device } from '../engine/device.js'
import type { Scalars } from './numbers.js'
import type { Step } from './step.js'

/** Whether a device's values are there when a call returns. */
export const computesAtOnce = (device: Device): boolean => 'evaluateSync' in device

/** A state on the host, and how many steps came before it. */
export interface Snapshot<State> {
  readonly state: State
  readonly count: number
}

/** Where steps can be replayed from. */
interface Mark<State, B> {
  /** Steps before it. */
  readonly count: number
  /** On the host. */
  readonly state: Promise<State>
  /** Of the steps since, one each. */
  readonly batches: readonly B[]
}

export interface Replay<State, B> {
  /** Is told, before it is taken, of every step: where it begins, its batch, and how many steps are known to be sound. */
  readonly note: (state: State, batch: B, sound: number) => Promise<void>
  /** Copies that have come to the host since the last call. */
  readonly taken: () => readonly Snapshot<State>[]
  /** What was first to be not finite in step `count`; undefined where there is nothing to tell. */
  readonly explain: (count: number) => Promise<string | undefined>
}

/**
 * Begins to copy a state to the host. Where a device answers later, the copy is made in its own memory first, so that the
 * state itself may be given up meanwhile; `done` gets what may be given up afterwards.
 */
const beginCopy = async <State>(
  device: Device,
  state: State,
  done: (copy: unknown) => void,
): Promise<{ readonly onHost: Promise<State> }> => {
  const read = async (tree: { readonly state: State }): Promise<State> => (await device.read(tree)).state
  if (computesAtOnce(device)) return { onHost: Promise.resolve(await read({ state })) }
  const copy = await device.place({ state: mapTree(state, (x) => barrier(x)) })
  return { onHost: read(copy).finally(() => done(copy)) }
}

/**
 * Marks a state every `interval` steps, and keeps those that steps not known to be sound begin after; none where the
 * interval is 0. `initial` is on the host.
 */
export const replaying = <State, B, K extends string>(
  device: Device,
  step: Step<State, B, Scalars<K>>,
  interval: number,
  initial: State,
  done: (copy: unknown) => void,
): Replay<State, B> => {
  let count = 0
  let taken: readonly Snapshot<State>[] = []
  let marks: readonly Mark<State, B>[] = [{ count: 0, state: Promise.resolve(initial), batches: [] }]
  return {
    note: async (state, batch, sound) => {
      if (interval === 0) return
      const last = marks[marks.length - 1]
      if (last.batches.length === interval) {
        const { onHost } = await beginCopy(device, state, done)
        const before = count
        onHost.then(
          (state) => {
            taken = [...taken, { state, count: before }]
          },
          // Whoever goes back to it hears of a failure; mostly nobody does.
          () => {},
        )
        const needed = marks.filter((mark) => mark.count + mark.batches.length > sound)
        marks = [...needed, { count, state: onHost, batches: [batch] }]
      } else marks = [...marks.slice(0, -1), { ...last, batches: [...last.batches, batch] }]
      count += 1
    },
    taken: () => {
      const now = taken
      taken = []
      return now
    },
    explain: async (failed) => {
      const mark = marks.find((mark) => mark.count < failed && failed <= mark.count + mark.batches.length)
      if (step.diagnose === undefined || mark === undefined) return undefined
      let state: State = await mark.state
      const batches = mark.batches.slice(0, failed - mark.count)
      for (const batch of batches.slice(0, -1)) state = (await device.evaluate({ state: step(state, batch)[0] })).state
      const findings = await device.evaluate(step.diagnose(state, batches[batches.length - 1]))
      const first = findings.find(({ notFinite }) => item(notFinite) > 0)
      return first === undefined
        ? 'all outputs of the layer are finite: the loss function itself is not'
        : `the first value that is not finite: ${first.what}, ${item(first.notFinite)} of its elements`
    },
  }
}
