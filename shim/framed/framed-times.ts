import type { UnixSocketOptions } from '../socket/unix-socket.ts'

export interface FramedSocketOptions extends UnixSocketOptions {
  readonly times?: FramedTimes
}

/** How patient the shim is with a client that begins something and does not end it. */
export interface FramedTimes {
  /** From a connection to its hello, and from our goodbye to its end. */
  readonly helloMs: number
  /** From the first bytes of a frame to its last. */
  readonly frameMs: number
  /** How often it is looked. */
  readonly checkMs: number
}

/** As the HTTP front's. */
export const FRAMED_TIMES: FramedTimes = { helloMs: 10_000, frameMs: 30_000, checkMs: 2_000 }
