import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Appended, LineSink } from './line-sink.ts'

// O_NONBLOCK: a pipe that nobody reads is an error, and not a thread that waits for ever
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOCTTY | constants.O_NONBLOCK
const MODE = 0o640
const NEWLINE = 0x0a

interface FileIdentity {
  readonly dev: number
  readonly ino: number
}

interface OpenFile extends FileIdentity {
  readonly handle: FileHandle
}

/** Appends lines to the file that the path leads to now: one that was renamed or removed is left, as rotation wants it. */
export class LineFile implements LineSink {
  readonly name: string
  #file: OpenFile | undefined
  /** The file whose last line has no end: whatever comes next must not become part of it. */
  #torn: FileIdentity | undefined

  constructor(path: string) {
    this.name = path
  }

  async append(lines: readonly string[]): Promise<Appended> {
    let done = 0
    let isMending = false
    let bytes = Buffer.alloc(0)
    try {
      const file = await this.#open()
      isMending = isSame(this.#torn, file)
      bytes = Buffer.from(`${isMending ? '\n' : ''}${lines.join('')}`)
      while (done < bytes.length) done += (await file.handle.write(bytes, done)).bytesWritten
      this.#torn = undefined
      return { written: lines.length }
    } catch (error) {
      if (done > 0) this.#torn = bytes[done - 1] === NEWLINE ? undefined : this.#file
      await this.close()
      const ends = countLineEnds(bytes.subarray(0, done))
      return { written: isMending ? Math.max(0, ends - 1) : ends, error }
    }
  }

  async reopen(): Promise<Appended> {
    await this.close()
    return this.append([])
  }

  async close(): Promise<void> {
    const { handle } = this.#file ?? {}
    this.#file = undefined
    // an error here is about lines that were told as written
    await handle?.close().catch(() => {})
  }

  async #open(): Promise<OpenFile> {
    const there = await stat(this.name).catch(() => undefined)
    if (this.#file !== undefined && isSame(this.#file, there)) return this.#file
    await this.close()
    const handle = await open(this.name, FLAGS, MODE)
    const { dev, ino } = await handle.stat()
    this.#file = { handle, dev, ino }
    return this.#file
  }
}

function isSame(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino
}

function countLineEnds(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0)
}
