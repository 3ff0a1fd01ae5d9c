/** Pictures as SVG text, drawn by Vega without a browser. */
import { type TaskEither, tryCatch } from '#fp/TaskEither'
import type { Specification } from '../plot/curves.js'

/** A picture that could not be drawn: its packages are not there, or its specification is wrong. */
export interface PictureError {
  readonly _tag: 'PictureError'
  readonly message: string
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const draw = async (specification: Specification): Promise<string> => {
  const [vega, lite] = await Promise.all([import('vega'), import('vega-lite')])
  const compiled = lite.compile(specification as unknown as Parameters<typeof lite.compile>[0]).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error })
  const svg = await view.toSVG()
  view.finalize()
  return svg
}

/**
 * Draws a Vega-Lite specification. Needs the optional packages `vega` and `vega-lite`.
 *
 * @example
 * import { curves } from 'pullback'
 * import { renderSvg } from 'pullback/node'
 *
 * const svg = await renderSvg(curves([{ epoch: 1, training: { loss: 0.4 }, heldOut: { loss: 0.5 } }]))()
 */
export const renderSvg = (specification: Specification): TaskEither<PictureError, string> =>
  tryCatch(
    () => draw(specification),
    (error) => ({
      _tag: 'PictureError',
      message: `The picture could not be drawn: ${reason(error)}. Vega draws it: npm install vega vega-lite.`,
    }),
  )
