/** What random networks are made of. */
import type { AnyLayer, Shape } from 'pullback'

/**
 * How a part treats numbers that are distinct and away from 0 by more than differences move them.
 * kinked: needs them so, and does not promise them. moves: needs nothing and keeps them so. smooth: all other parts.
 * begins: takes integers 0, 1 and 2 to floats, and so comes first in a network, or not at all.
 */
export type Role = 'kinked' | 'moves' | 'smooth' | 'begins'

/** A layer or combinator that random networks are drawn from. */
export interface NetworkPart {
  /** The functions of the library that it stands for. */
  readonly of: readonly string[]
  readonly role: Role
  readonly fits: (shape: Shape) => boolean
  /** The layer for inputs of a shape; `option` chooses its sizes, `inner` a smooth layer for parts that hold one. */
  readonly make: (shape: Shape, option: number, inner: (shape: Shape, option: number) => AnyLayer) => AnyLayer
}

/** A layer whose static shapes nobody looks at. */
export const loose = (layer: unknown): AnyLayer => layer as AnyLayer

export const always = (): boolean => true
export const isMatrix = (shape: Shape): boolean => shape.length === 2
export const isSequence = (shape: Shape): boolean => shape.length === 3
export const isImage = (shape: Shape): boolean => shape.length === 4
export const isLarge =
  (k: number) =>
  (shape: Shape): boolean =>
    isImage(shape) && shape[2] >= k && shape[3] >= k && shape[2] * shape[3] <= 64

/** The size of the last axis. */
export const featuresOf = (shape: Shape): number => shape[shape.length - 1]
export const channelsOf = (shape: Shape): number => shape[1]
