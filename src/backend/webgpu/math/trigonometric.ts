/** sin and cos of float32. */
import type { Definition } from './definition.js'

export const sin: Definition = { write: (name, { f }) => `fn ${name}(x: ${f}) -> ${f} { return sin(x); }` }
export const cos: Definition = { write: (name, { f }) => `fn ${name}(x: ${f}) -> ${f} { return cos(x); }` }
