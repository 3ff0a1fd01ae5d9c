/**
 * Tuples and records that hold parts of a graph and are made for every layer of every step.
 *
 * For each array or object literal in a program V8 remembers how long what it made has lived. While a first step is
 * planned its whole graph is alive, and from then on V8 makes what such a literal gives in the space of old objects. Dead
 * ones there keep all alive that they point to, until that space is next collected: every step of a network of 150 layers
 * was copied whole, twice, by the collector, for a fifth of its time. What these functions make is always young.
 */

/** `[a, b, ...]` */
export const tuple = <T extends readonly unknown[]>(...items: T): T => items

/** `{ [key]: value, ... }` for some keys: a function of the values. */
export const fields =
  <K extends string>(...keys: readonly K[]) =>
  <V>(...values: readonly V[]): { readonly [N in K]: V } => {
    const out = {} as { [N in K]: V }
    for (let i = 0; i < keys.length; i++) out[keys[i]] = values[i]
    return out
  }
