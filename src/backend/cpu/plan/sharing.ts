/** When launches are shared among threads, and in what pieces. It decides no bit. */
/** What can be shared: so many units, which take about so many nanoseconds together. */
interface Work {
  readonly units: number
  readonly work: number
}

export interface Sharing {
  readonly threads: number
  /** Launches shorter than this many nanoseconds are not worth waking others for. */
  readonly worth: number
}

export const alone: Sharing = { threads: 1, worth: Infinity }
/** Waking and waiting take 6 to 10 microseconds. */
export const usualWorth = 100_000

const chunksPerThread = 8
/** A chunk takes at least this part of a launch that is just worth sharing. */
const shortestChunk = 0.2

export const isShared = ({ threads, worth }: Sharing, work: number): boolean => threads > 1 && work >= worth

/** Units that a thread takes at a time; 0 where one thread does all. */
export const chunkOf = ({ units, work }: Work, sharing: Sharing): number => {
  if (!isShared(sharing, work)) return 0
  const { threads, worth } = sharing
  const chunks = Math.min(units, threads * chunksPerThread, Math.floor(work / (worth * shortestChunk)))
  return chunks < 2 ? 0 : Math.ceil(units / chunks)
}
