/** What the page and the worker that trains tell each other. */

/** What the page's address asks for: `?device=cpu`, `?threads=2`. */
export interface Wanted {
  readonly device: 'any' | 'cpu'
  readonly threads: number | undefined
}

export type Request =
  | { readonly kind: 'open'; readonly digits: string; readonly seed: number; readonly wanted: Wanted }
  | { readonly kind: 'pause'; readonly paused: boolean }
  | { readonly kind: 'reset'; readonly seed: number }
  /** 28 x 28 pixels from 0 to 1; undefined where nothing is drawn any more. */
  | { readonly kind: 'classify'; readonly pixels: Float32Array | undefined }

/** Loss and accuracy after so many steps. */
export interface Point {
  readonly step: number
  readonly loss: number
  readonly accuracy: number
}

export type Report =
  | { readonly kind: 'opened'; readonly device: string; readonly steps: number; readonly stepsInEpoch: number }
  /** The device computes with less than it was opened with. */
  | { readonly kind: 'renamed'; readonly device: string }
  /** A run begins: what was reported before is of another one. */
  | { readonly kind: 'began'; readonly seed: number }
  | {
      readonly kind: 'progress'
      readonly training: readonly Point[]
      readonly heldOut: readonly Point[]
      readonly stepsPerSecond: number
    }
  /** Filter after filter. */
  | { readonly kind: 'filters'; readonly weights: Float32Array; readonly count: number; readonly side: number }
  | { readonly kind: 'classified'; readonly probabilities: readonly number[]; readonly step: number }
  /** It waits, as it was asked to: no step comes until it goes on. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly message: string }
