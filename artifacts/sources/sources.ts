/** What the operator says about the servers that modules come from. Hosts are `host[:port]`, as a URL's `host`. */
export interface Sources {
  /** Whether HTTPS without verification, and plain HTTP, may be tried with a host. */
  isInsecure(host: string): boolean
  /** Certificates, PEM, that are trusted for a host besides the system's. */
  authoritiesOf(host: string): readonly string[]
  /** The proxy through which a URL is asked for. */
  proxyOf(url: URL): URL | undefined
}

/** Every host is verified with the system's authorities, and asked directly. */
export const NO_SOURCES: Sources = {
  isInsecure: () => false,
  authoritiesOf: () => [],
  proxyOf: () => undefined,
}
