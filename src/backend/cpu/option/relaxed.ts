/** Relaxed SIMD: instructions of WebAssembly 3.0 whose results may differ from processor to processor. */
import { assemble } from '../emit/module.js'
import { micro } from '../kernel/matmul/micro.js'

/**
 * Whether this JavaScript engine has relaxed SIMD, which `cpu({ fastMath: true })` needs: Node from 21 on, Chromium from
 * 114 on. Node 20 has it where it is started with `--experimental-wasm-relaxed-simd`.
 *
 * @example
 * import { cpu, hasRelaxedSimd } from 'pullback/cpu'
 * const device = cpu({ fastMath: hasRelaxedSimd() })
 * device.settings.fastMath === hasRelaxedSimd() // => true
 */
export const hasRelaxedSimd = (): boolean =>
  WebAssembly.validate(assemble([{ place: 0, definition: micro.relaxed }], { shared: false, maximumPages: 1 }))
