import type { Socket } from 'node:net'
import { MAX_HELD_ANSWER_BYTES, MAX_UNREAD_BYTES } from './protocol.ts'

/** Writes frames, those of one turn of the event loop in one piece. */
export class AnswerWriter {
  readonly #socket: Socket
  #isCorked = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** The client reads more slowly than it asks. */
  get isBehind(): boolean {
    return this.#socket.writableLength > MAX_UNREAD_BYTES
  }

  /** The client does not read. */
  get isUnread(): boolean {
    return this.#socket.writableLength > MAX_HELD_ANSWER_BYTES
  }

  write(frame: Buffer): void {
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#socket.cork()
      process.nextTick(() => {
        this.#isCorked = false
        this.#socket.uncork()
      })
    }
    this.#socket.write(frame)
  }
}
