/** Files, command lines and runs, for programs in Node. */
export { attempt, type Must } from './attempt.js'
export { type DeviceChoice, type DeviceName, deviceNames, openDevice } from './device.js'
export { type Digits, readDigits, readDigitsFrom } from './digits.js'
export * from './file/index.js'
export { imageDataset } from './images.js'
export { type Interrupt, watchInterrupts } from './interrupt.js'
export { runMain } from './main.js'
export { type LibraryError, type OpenblasOptions, openblas } from './openblas.js'
export {
  type CommandLine,
  choiceOption,
  flagOption,
  helpPage,
  type Option,
  type Options,
  type OptionValues,
  pathOption,
  positiveOption,
  readCommandLine,
  textOption,
  type UsageError,
  wholeOption,
} from './options.js'
export { type Progress, type ProgressReport, progressOn, type Terminal } from './progress.js'
export { beginRun, type Configuration, type Run, type RunRecord, reopenRun } from './run/record.js'
export { type Plan, planRun } from './run/resume.js'
export { type RunOptions, type Training, trainRun } from './run/trainRun.js'
export { sha256 } from './sha256.js'
export { type PictureError, renderSvg } from './svg.js'
