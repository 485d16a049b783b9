import { LineBuffer } from './line-buffer.ts'

/** Standard output and standard error, line by line; what a guest reads from its standard input ends at once. */
export class StandardStreams {
  readonly #outputs: readonly [LineBuffer, LineBuffer]

  constructor(onLine: (line: string) => void) {
    this.#outputs = [new LineBuffer(onLine), new LineBuffer(onLine)]
  }

  /** Whether a file descriptor is one of the three that exist. */
  has(fd: number): boolean {
    return fd >= 0 && fd <= 2
  }

  /** What writes to a file descriptor go to. */
  output(fd: number): LineBuffer | undefined {
    return this.#outputs[fd - 1]
  }

  /** Lets go of lines that the guest did not end. */
  flush(): void {
    for (const output of this.#outputs) output.flush()
  }
}
