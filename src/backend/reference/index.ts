export { reference } from './device.js'
export { referenceBackend } from './backend.js'
