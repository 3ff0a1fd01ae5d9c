/** What peers compute: sizes, data and parameters of the networks in ../models.ts. */

// biome-ignore lint/suspicious/noExplicitAny: the peers' types are not installed
export type Any = any

/** Runs a workload once, and resolves when its result, or one element of it, has been read. */
export type Repetition = () => Promise<unknown>

export const numbers = (shape: readonly number[], scale = 1): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => scale * Math.sin(i * 7919))
export const oneHot = (count: number): Float32Array =>
  Float32Array.from({ length: count * 10 }, (_, i) => Number(i % 10 === (Math.floor(i / 10) * 7) % 10))
export const products: Readonly<Record<string, readonly number[]>> = {
  mm512: [512, 512, 512],
  mm512TN: [512, 512, 512],
  mm512NT: [512, 512, 512],
  mmMlp: [128, 784, 256],
}
export const sizes: Readonly<Record<string, { readonly input: readonly number[]; readonly batch: number }>> = {
  mlp: { input: [128, 784], batch: 128 },
  cnn: { input: [64, 28, 28, 1], batch: 64 },
  lstm: { input: [32, 32, 32], batch: 32 },
}
const dense = (i: number, o: number) => [[i, o], [o]] as const
/** Shapes of the parameters; images and kernels are laid out as each peer has them. */
export const shapesOf = (layout: 'tfjs' | 'jax'): Readonly<Record<string, readonly (readonly number[])[]>> => ({
  mlp: [...dense(784, 256), ...dense(256, 128), ...dense(128, 10)],
  cnn: [
    ...(layout === 'tfjs' ? [[5, 5, 1, 8], [8], [5, 5, 8, 16], [16]] : [[8, 1, 5, 5], [8], [16, 8, 5, 5], [16]]),
    ...dense(784, 120),
    ...dense(120, 10),
  ],
  lstm: [[32, 512], [128, 512], [512], ...dense(128, 10)],
})
export const initial = (shape: readonly number[]): Float32Array =>
  numbers(
    shape,
    shape.length === 1 ? 0 : Math.sqrt(1 / shape.slice(shape.length === 4 ? 1 : 0, -1).reduce((a, b) => a * b)),
  )
