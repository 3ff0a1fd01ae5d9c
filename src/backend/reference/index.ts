export { referenceBackend } from './backend.js'
