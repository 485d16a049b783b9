import type { ServerOptions } from 'node:http'

/** How patient the shim's servers are with a connection. */
export const SERVER_TIMEOUTS = {
  // The API server drops a connection that was idle for 90 s; if we were first, a request could meet a closed door.
  keepAliveTimeout: 120_000,
  // Also how long a connection may be open without a word.
  headersTimeout: 10_000,
  // No webhook call takes longer, its body included.
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
} as const satisfies ServerOptions

/** For the TLS handshake, and for the CONNECT before it. */
export const HANDSHAKE_TIMEOUT_MS = 10_000
