import type { GoodbyeReason } from './protocol.ts'

/** The other end does not keep to the protocol: nothing more can be made of what it sends on this connection. */
export class FrameError extends Error {
  readonly reason: GoodbyeReason

  constructor(reason: GoodbyeReason, message: string) {
    super(message)
    this.reason = reason
  }

  static {
    FrameError.prototype.name = 'FrameError'
  }
}
