/** `host[:port]` as URLs have it: in lower case, without the port of HTTPS; undefined if it is none. */
export function normaliseHost(text: string): string | undefined {
  if (!/^[^\s/?#@\\]+$/.test(text)) return undefined
  const url = URL.parse(`https://${text}/`)
  return url === null || url.host === '' ? undefined : url.host
}
