/** Numbers of the WebGPU specification that Node has no globals for. */

/** What a buffer may be used for. */
export const usage = {
  mapRead: 1,
  copySource: 4,
  copyTarget: 8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const

/** GPUMapMode.READ */
export const mapForReading = 1

/** GPUShaderStage.COMPUTE */
export const computeStage = 4

/** Bytes that offsets of bindings are multiples of: what every adapter can do. */
export const offsetAlignment = 256
