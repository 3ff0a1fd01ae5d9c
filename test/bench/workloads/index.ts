import type { Workload } from '../workload.js'
import { arrays } from './arrays.js'
import { inferences } from './inference.js'
import { trainings } from './training.js'

/** Workloads that run in a process of their own. `startup` and `ceiling` need no device: see main.ts. */
export const workloads: Readonly<Record<string, Workload>> = { ...arrays, ...trainings, ...inferences }
