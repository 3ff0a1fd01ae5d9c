export { referenceBackend } from './backend.js'
export { reference } from './device.js'
export { scalarFunction } from './elementwise.js'
export { type StridedView, stridedView } from './strided.js'
