/** The URL of a proxy, `http://` where no scheme is written; or what is wrong with it, without the password it may hold. */
export function parseProxyUrl(text: string): URL | string {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null) return 'is not a URL; must be such as http://proxy.example.com:3128'
  if (url.protocol === 'http:' || url.protocol === 'https:') return url
  return `has the scheme ${url.protocol.slice(0, -1)}; must be http or https`
}
