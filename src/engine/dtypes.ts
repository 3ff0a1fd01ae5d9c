/** Dtypes that a device has, and those that it has not. */
import type { DType } from '../array/dtype.js'
import { fail } from '../array/error.js'
import type { Shape } from '../array/shape.js'
import type { Instruction, Program } from './program.js'

/** What says which dtypes there are. */
interface Having {
  readonly name: string
  readonly dtypes: readonly DType[]
}
interface Value {
  readonly op: string
  readonly dtype: DType
  readonly shape: Shape
}

/** `path` is the device's function that was called with `value`. */
export const checkDtype = (path: string, { name, dtypes }: Having, { op, dtype, shape }: Value): void => {
  if (!dtypes.includes(dtype))
    fail(
      path,
      `dtypes that the ${name} device has (${dtypes.join(', ')})`,
      `${dtype} from ${op} of shape [${shape.join(', ')}]`,
      dtype === 'float64'
        ? `Use the reference device (pullback/reference) for float64, or cast(x, 'float32').`
        : 'Cast first.',
    )
}

/** What people call the instructions that compute nothing. */
const leafNames: Readonly<Partial<Record<Instruction['op'], string>>> = {
  input: 'data',
  scalar: 'a number',
  constant: 'a number',
}

/** Names an operation rather than what goes into it, where there is a choice. */
export const checkDtypes = (path: string, having: Having, { instructions }: Program): void => {
  const lacking = instructions.filter(({ dtype }) => !having.dtypes.includes(dtype))
  const first = lacking.find(({ op }) => leafNames[op] === undefined) ?? lacking[0]
  if (first !== undefined) checkDtype(path, having, { ...first, op: leafNames[first.op] ?? first.op })
  for (const { body } of instructions) if (body !== undefined) checkDtypes(path, having, body.program)
}
