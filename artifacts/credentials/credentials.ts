/** A user of one registry. */
export interface Credential {
  readonly username: string
  readonly password: string
}

/** Whom to be at which registry. */
export interface Credentials {
  /** For `host[:port]` of a reference; undefined to be nobody. @throws ERR_CREDENTIALS_INVALID */
  find(host: string, signal: AbortSignal): Promise<Credential | undefined>
}

/** Nobody, everywhere. */
export const ANONYMOUS: Credentials = { find: async () => undefined }
