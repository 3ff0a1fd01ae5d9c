/** The outermost function of a command. */
import process from 'node:process'
import { PullbackError } from '../array/error.js'
import { attempt, type Must } from './attempt.js'

/**
 * Runs a command and sets the process's exit code: the number that it gives; or 2, and one line on stderr, for what is
 * wrong with options, files or values.
 *
 * @example
 * import { readFile, runMain } from 'pullback/node'
 *
 * await runMain(async (must) => {
 *   const bytes = await must(readFile('package.json'))
 *   return bytes.length > 0 ? 0 : 1
 * })
 * process.exitCode // => 0
 */
export const runMain = async (
  command: (must: Must<{ readonly message: string }>) => Promise<number>,
): Promise<void> => {
  const complain = (message: string): void => {
    process.stderr.write(`${message.replaceAll('\n', ' ')}\n`)
    process.exitCode = 2
  }
  try {
    const result = await attempt(command)()
    if (result._tag === 'Left') complain(result.left.message)
    else process.exitCode = result.right
  } catch (error) {
    if (!(error instanceof PullbackError)) throw error
    complain(error.message)
  }
}
