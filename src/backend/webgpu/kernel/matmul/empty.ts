/** A sum over no k: 0, and then the epilogue. */
import type { Dispatch, KernelContext } from '../../dispatch.js'
import { cover } from '../../emit/address.js'
import { newShader } from '../../emit/shader.js'
import { epilogueCode } from './offsets.js'
import type { Problem } from './problem.js'

const threads = 64

export const emptyDispatch = ({ batch, m, n, epilogue }: Problem, context: KernelContext): Dispatch => {
  const shader = newShader(context)
  const { workgroups, flat } = cover(batch * m * n, threads, context.limits)
  const code = epilogueCode(shader, epilogue, '0f')
  const main = [
    `let flat = u32(${flat});`,
    `if (flat >= ${batch * m * n}u) { return; }`,
    `let column = i32(flat % ${n}u);`,
    `let row = i32(flat / ${n}u % ${m}u);`,
    `let batch = i32(flat / ${m * n}u);`,
    code.batch,
    code.row,
    code.column,
    code.body,
  ]
  return shader.finish({
    label: `matmul ${batch === 1 ? '' : `${batch}x`}${m}x${n}x0`,
    workgroupSize: [threads, 1, 1],
    workgroups,
    main: main.filter((line) => line !== '').join('\n'),
  })
}
