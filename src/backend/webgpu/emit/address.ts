/** Places of a loop nest, and addresses, as WGSL expressions of type i32. */
import type { Limits } from '../dispatch.js'

export interface Walk {
  readonly offset: number
  readonly strides: readonly number[]
}

/**
 * The place of number `flat` (an i32 expression, not negative) in the row-major order of `dims`: statements, and one
 * expression for each dim. Division is unsigned, which costs less.
 */
export const places = (
  dims: readonly number[],
  flat: string,
  prefix: string,
): { readonly code: string; readonly at: readonly string[] } => {
  const large = dims.flatMap((size, d) => (size > 1 ? [d] : []))
  const at = dims.map(() => '0i')
  if (large.length === 1) at[large[0]] = flat
  if (large.length <= 1) return { code: '', at }
  const lines: string[] = []
  let rest = `${prefix}Flat`
  lines.push(`let ${rest} = u32(${flat});`)
  for (let i = large.length - 1; i > 0; i--) {
    const d = large[i]
    const next = `${prefix}Rest${d}`
    lines.push(`let ${next} = ${rest} / ${dims[d]}u;`)
    lines.push(`let ${prefix}${d} = i32(${rest} - ${next} * ${dims[d]}u);`)
    at[d] = `${prefix}${d}`
    rest = next
  }
  lines.push(`let ${prefix}${large[0]} = i32(${rest});`)
  at[large[0]] = `${prefix}${large[0]}`
  return { code: lines.join('\n'), at }
}

const simple = /^[\w.]+$/
const literal = /^\(?(-?\d+)i?\)?$/

/** offset + at[0] strides[0] + at[1] strides[1] + ... */
export const address = ({ offset, strides }: Walk, at: readonly string[]): string => {
  let constant = offset
  const terms: string[] = []
  strides.forEach((stride, d) => {
    if (stride === 0) return
    const number = literal.exec(at[d])
    if (number !== null) constant += Number(number[1]) * stride
    else if (stride === 1) terms.push(at[d])
    else terms.push(`${simple.test(at[d]) ? at[d] : `(${at[d]})`} * ${stride < 0 ? `(${stride}i)` : `${stride}i`}`)
  })
  if (constant !== 0 || terms.length === 0) terms.push(constant < 0 ? `(${constant}i)` : `${constant}i`)
  return terms.join(' + ')
}

/**
 * Workgroups of `size` invocations (all in x) for `count` invocations, and the number of an invocation as an i32
 * expression; it may be count or more. More workgroups than fit in x are folded into y.
 */
export const cover = (
  count: number,
  size: number,
  limits: Limits,
): { readonly workgroups: [number, number, number]; readonly flat: string } => {
  const total = Math.max(1, Math.ceil(count / size))
  if (total <= limits.workgroups) return { workgroups: [total, 1, 1], flat: 'i32(global.x)' }
  const y = Math.ceil(total / limits.workgroups)
  const x = Math.ceil(total / y)
  return { workgroups: [x, y, 1], flat: `i32((group.y * ${x}u + group.x) * ${size}u + localIndex)` }
}
