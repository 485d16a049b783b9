/** How much is taken from a server, how long one waits for it, and how often it is asked. */
export interface Limits {
  /** Of a module. */
  readonly moduleBytes: number
  /** Of a manifest or an index; registries themselves take 4 MiB. */
  readonly manifestBytes: number
  /** Without a byte on the connection, opening it included. */
  readonly stallMs: number
  /** For all of one pull or push, with what is tried again. */
  readonly totalMs: number
  /** Of one step, the first included. */
  readonly attempts: number
  /** The first wait before a further attempt; later ones double it. */
  readonly backoffMs: number
  /** A server that asks for a longer wait is not asked again. */
  readonly longestWaitMs: number
  readonly redirects: number
}

export const DEFAULT_LIMITS: Limits = {
  moduleBytes: 128 * 1024 * 1024,
  manifestBytes: 4 * 1024 * 1024,
  stallMs: 30_000,
  totalMs: 5 * 60_000,
  attempts: 4,
  backoffMs: 250,
  longestWaitMs: 30_000,
  redirects: 5,
}
