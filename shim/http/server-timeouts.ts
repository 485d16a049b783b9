/** How patient a server is with a connection, in milliseconds; the names are those of `node:http` and `node:tls`. */
export interface ServerTimeouts {
  readonly keepAliveTimeout: number
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly connectionsCheckingInterval: number
  readonly handshakeTimeout: number
}

export const SERVER_TIMEOUTS: ServerTimeouts = {
  // The API server drops a connection that was idle for 90 s; if we were first, a request could meet a closed door.
  keepAliveTimeout: 120_000,
  // Also how long a connection may be open without a word.
  headersTimeout: 10_000,
  // No webhook call takes longer, its body included.
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  handshakeTimeout: 10_000,
}

/** For the TCP connection of a tunnel to somebody else. */
export const DIAL_TIMEOUT_MS = 10_000
