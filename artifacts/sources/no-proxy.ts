import { BlockList, isIP } from 'node:net'

/**
 * Whether a URL is asked for directly: by a list such as `localhost, .internal, example.com:8080, 10.0.0.0/8, *`. As in
 * Kubewarden a name stands for itself and for all names below it.
 */
export function bypassesProxy(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const entries = noProxy.split(/[\s,]+/).filter((entry) => entry !== '')
  return entries.some((entry) => matches(entry.toLowerCase(), host, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, name = '', wantedPort] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? []
  if (wantedPort !== undefined && isIP(entry) === 0 && wantedPort !== port) return false
  const wanted = isIP(entry) === 0 ? name.replace(/^\[|\]$/g, '') : entry
  if (isIP(host) !== 0) return isInRange(host, wanted)
  const domain = wanted.replace(/^\*?\./, '')
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
}

function isInRange(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/')
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false
  const list = new BlockList()
  const widest = family === 'ipv6' ? 128 : 32
  const prefix = bits === undefined ? widest : Number(bits)
  if (!(prefix >= 0 && prefix <= widest)) return false
  list.addSubnet(network, Math.trunc(prefix), family)
  return list.check(address, family)
}
