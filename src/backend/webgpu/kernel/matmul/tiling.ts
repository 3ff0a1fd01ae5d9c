/** How a product is cut: the part of the result that is a workgroup's, and that of one of its invocations. */
export interface Tile {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Of one invocation: multiples of 4. */
  readonly microRows: number
  readonly microColumns: number
  readonly slices: number
}

export const threadsOf = ({ rows, columns, microRows, microColumns, slices }: Tile): number =>
  (rows / microRows) * (columns / microColumns) * slices
