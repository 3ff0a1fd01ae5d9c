/**
 * pullback: a functional dataflow library on immutable arrays, for training neural networks.
 *
 * The pure, portable entry point. Devices come from `pullback/cpu`, `pullback/reference` and `pullback/webgpu`, files
 * from `pullback/node`, laws from `pullback/laws`.
 */
export * from './array/index.js'
export * from './data/index.js'
export * from './diff/index.js'
export type {
  Backend,
  DeviceSettings,
  Executable,
  KernelDescription,
  PlanDescription,
  RunOptions,
  Value,
} from './engine/backend.js'
export { describePlan, describeProgram } from './engine/describe.js'
export { type Device, type DeviceOptions, deviceOf, type SyncDevice } from './engine/device.js'
export { DeviceError, type DeviceErrorReason } from './engine/deviceError.js'
export type { DeviceEvent, FewerThreads, PlanMisses } from './engine/event.js'
export { type ExplainOptions, type Explanation, showExplanation } from './engine/explain.js'
export { type Compute, interpret, type Operand } from './engine/interpret.js'
export type * as kernels from './engine/kernel.js'
export { type LowerOptions, lower } from './engine/lower.js'
export type { Instruction, InstructionOp, Program, ScanProgram } from './engine/program.js'
export type { Fans, Initializer } from './init/index.js'
export * as initializer from './init/index.js'
export * from './layer/index.js'
// These are layers as well as functions of arrays, so they stand in for the functions of src/array.
export { concat, reshape, tanh } from './layer/index.js'
export * from './loss/index.js'
export * from './optim/index.js'
export * from './plot/index.js'
export * from './random/index.js'
export * from './train/index.js'
