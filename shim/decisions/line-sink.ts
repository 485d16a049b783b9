/** Where lines go. Never throws. */
export interface LineSink {
  /** For people: a path. */
  readonly name: string
  /** Appends whole lines, each with its end. */
  append(lines: readonly string[]): Promise<Appended>
  /** Begins anew, as after a rotation. */
  reopen(): Promise<Appended>
  close(): Promise<void>
}

export interface Appended {
  /** How many lines are there as a whole, from the first on. */
  readonly written: number
  /** Why not all of them. */
  readonly error?: unknown
}

/** Lines on a stream that somebody else owns. */
export function createStreamSink(name: string, write: (text: string) => Promise<void>): LineSink {
  return {
    name,
    async append(lines) {
      try {
        await write(lines.join(''))
        return { written: lines.length }
      } catch (error) {
        return { written: 0, error }
      }
    },
    reopen: async () => ({ written: 0 }),
    close: async () => {},
  }
}
