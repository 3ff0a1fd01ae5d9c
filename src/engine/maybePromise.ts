/**
 * What a synchronous backend gives at once and an asynchronous one as a promise, so that one device serves both.
 */
import type { Backend, Executable } from './backend.js'

export type MaybePromise<A> = A | Promise<A>

/** `f` of the value, now if it is there. */
export const after = <A, B>(value: MaybePromise<A>, f: (value: A) => MaybePromise<B>): MaybePromise<B> =>
  value instanceof Promise ? value.then(f) : f(value)

type Loose<F> = F extends (...args: infer A) => infer R ? (...args: A) => MaybePromise<Awaited<R>> : never

/** An executable of either mode. */
export type AnyExecutable<Buffer> = {
  readonly [K in keyof Executable<Buffer, 'async'>]: K extends 'run' | 'measure'
    ? Loose<Executable<Buffer, 'async'>[K]>
    : Executable<Buffer, 'async'>[K]
}
/** A backend of either mode. */
export interface AnyBackend<Buffer> extends Omit<Backend<Buffer, 'async'>, 'mode' | 'compile' | 'download'> {
  readonly mode: 'sync' | 'async'
  readonly compile: (...args: Parameters<Backend<Buffer, 'async'>['compile']>) => MaybePromise<AnyExecutable<Buffer>>
  readonly download: Loose<Backend<Buffer, 'async'>['download']>
}
