export { type CurveOptions, curves, type EpochRecord, type Measures, type Specification } from './curves.js'
