export { referenceBackend } from './backend.js'
export { reference } from './device.js'
