/** Where a CONNECT asks to go, as RFC 9112 §3.2.3 writes it: `host:port`, IPv6 addresses in brackets. */
export interface Authority {
  /** In lower case, without brackets. */
  readonly host: string
  readonly port: number
}

const AUTHORITY = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i

/** Reads `host:port`; undefined when it is not one. What it returns is safe to print. */
export function parseAuthority(text: string): Authority | undefined {
  const [, address, name, digits] = AUTHORITY.exec(text) ?? []
  const host = address === undefined ? name?.toLowerCase() : normaliseAddress(address)
  const port = Number(digits)
  return host === undefined || port < 1 || port > 65535 ? undefined : { host, port }
}

/** The canonical text of an authority: equal texts are equal targets. */
export function formatAuthority({ host, port }: Authority): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

// An IPv6 address has many spellings and one of them in a URL.
function normaliseAddress(address: string): string | undefined {
  return URL.parse(`http://[${address}]`)?.hostname.slice(1, -1)
}
