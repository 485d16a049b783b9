import { NO_INPUT } from './input-queue.ts'
import { LineBuffer } from './line-buffer.ts'
import type { World } from './world.ts'

/** The world of a guest that is no command: what it writes is told line by line, and there is nothing to read. */
export class StandardStreams implements World {
  readonly argv = []
  readonly stdin = NO_INPUT
  readonly stdout: LineBuffer
  readonly stderr: LineBuffer

  constructor(onLine: (line: string) => void) {
    this.stdout = new LineBuffer(onLine)
    this.stderr = new LineBuffer(onLine)
  }

  /** Lets go of lines that the guest did not end. */
  flush(): void {
    this.stdout.flush()
    this.stderr.flush()
  }
}
