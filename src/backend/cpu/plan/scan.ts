/**
 * From a scan to its launch. The launches of the body are linked once, in terms of the outer plan's buffers; addresses
 * that change from step to step become words that the scan writes.
 */
import type { KernelPlan, PlannedBuffer, ScanKernel } from '../../../engine/kernel.js'
import { carryWords, movingWords, scanOf } from '../kernel/scan.js'
import { launchBytes, sequence } from '../kernel/sequence.js'
import { expectTasks, sharedSequence } from '../kernel/threads.js'
import { addressOf, type Label, type Launch, listWords, type Room, type Word } from './launch.js'
import { planLoop } from './loop.js'
import type { Plan } from './planned.js'

/** Where the buffers of a body are, in the outer plan. */
type Place =
  | { readonly kind: 'fixed'; readonly buffer: number; readonly offset: number }
  /** Moves on with the steps. */
  | { readonly kind: 'moving'; readonly buffer: number; readonly stride: number }
  | { readonly kind: 'carry'; readonly index: number; readonly written: boolean }

const copy = (from: number, to: number, size: number): Launch[] =>
  planLoop('copy', [size], {
    operands: [{ kind: 'load', dtype: 'int32', access: { buffer: from, offset: 0, strides: [1] } }],
    steps: [],
    stores: [{ value: 0, access: { buffer: to, offset: 0, strides: [1] } }],
  })

const sizeOfOutput = (body: KernelPlan, output: number): number => body.buffers[body.outputs[output]].size

const placeOf = (kernel: ScanKernel, input: number): Place => {
  const { buffer, stride } = kernel.inputs[input]
  if (input < kernel.carry) return { kind: 'carry', index: input, written: false }
  return stride === 0 ? { kind: 'fixed', buffer, offset: 0 } : { kind: 'moving', buffer, stride }
}

const placeOfOutput = (kernel: ScanKernel, output: number): Place =>
  output < kernel.carry
    ? { kind: 'carry', index: output, written: true }
    : { kind: 'moving', ...kernel.outputs[output] }

/** `plan` is how the body is planned: by the same function as the outer plan. */
export const planScan = (kernel: ScanKernel, room: Room, plan: (plan: KernelPlan) => Plan): Launch[] => {
  const { length, reverse, carry, body, inputs, outputs } = kernel
  const carries = outputs.slice(0, carry)
  if (length === 0) return carries.flatMap(({ buffer }, c) => copy(inputs[c].buffer, buffer, sizeOfOutput(body, c)))

  const planned = plan(body)
  const workspace = planned.workspace > body.workspace ? room.temporary(planned.workspace) : kernel.workspace
  const others = carries.map((_, c) => room.temporary(sizeOfOutput(body, c)))
  const bodyPlace = ({ role }: PlannedBuffer): Place => {
    if (role.kind === 'temporary') return { kind: 'fixed', buffer: workspace, offset: role.offset }
    if (role.kind === 'output') return placeOfOutput(kernel, role.index)
    return placeOf(kernel, role.kind === 'input' ? role.index : role.input)
  }
  const places = planned.buffers.map(bodyPlace)
  // A result that stands elsewhere is copied to its place at the end of each step.
  const copies = body.outputs.flatMap((buffer, output) => {
    const { role } = body.buffers[buffer]
    if (role.kind === 'output' && role.index === output) return []
    places.push(placeOfOutput(kernel, output))
    return copy(buffer, places.length - 1, sizeOfOutput(body, output))
  })

  const moving: Word[] = []
  const alternating: Word[] = []
  const outer = (word: Word): Word => {
    if (typeof word === 'number') return word
    if (word.kind === 'words') return { kind: 'words', words: word.words.map(outer) }
    if (word.kind !== 'buffer') return word
    const place = places[word.buffer]
    if (place.kind === 'fixed') return addressOf(place.buffer, place.offset + word.offset)
    const label: Label = { name: place.kind }
    if (place.kind === 'moving')
      moving.push({ kind: 'addressOf', label }, addressOf(place.buffer, word.offset), 4 * place.stride)
    else {
      const { index, written } = place
      alternating.push(
        { kind: 'addressOf', label },
        Number(written),
        addressOf(inputs[index].buffer, word.offset),
        addressOf(carries[index].buffer, word.offset),
        addressOf(others[index], word.offset),
      )
    }
    return { kind: 'written', label }
  }
  const launches = [...planned.kernels.flatMap((each) => each.launches), ...copies].map((launch) => ({
    ...launch,
    words: launch.words.map(outer),
  }))
  return [
    {
      name: 'scan',
      source: {
        key: 'scan',
        write: () =>
          room.sharing.threads > 1 ? scanOf(sharedSequence, expectTasks(1), expectTasks(0)) : scanOf(sequence),
      },
      words: [
        ...[length, Number(reverse)],
        { kind: 'words', words: listWords(launches, room.sharing) },
        launches.length * launchBytes,
        { kind: 'words', words: moving },
        moving.length / movingWords,
        { kind: 'words', words: alternating },
        alternating.length / carryWords,
      ],
      units: 1,
      // It shares the launches of its body itself.
      work: 0,
    },
  ]
}
