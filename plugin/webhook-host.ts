import { isIPv4, isIPv6 } from 'node:net'
import { GatehouseError } from '../util/errors.ts'

/**
 * The name under which the API server asks for the shim. Nobody resolves it: the socket is dialled, whatever the name.
 * Being no loopback name, it gets HTTP/1.1, a pool of connections instead of a single HTTP/2 one per policy.
 */
export const DEFAULT_WEBHOOK_HOST = 'admission.gatehouse.internal'

/** The host part of a webhook URL, normalised, so that URL, CONNECT target, SNI and certificate all agree. */
export interface WebhookHost {
  /** Lower case, no brackets, no trailing dot: what the certificate must name, and the SNI unless it is an address. */
  readonly hostname: string
  readonly port: number
  /** As it stands in the URL: brackets round an IPv6 address, the port unless it is 443. */
  readonly authority: string
}

/** Reads `name`, `name:port`, `192.0.2.1:8443` or `[::1]:8443`. */
export function parseWebhookHost(text: string): WebhookHost {
  const match = /^(?:\[(?<address>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>[^:]*))?$/.exec(text)
  if (!match?.groups) {
    throw refuse(
      text,
      'is not a host',
      isIPv6(text) ? `Put the address in brackets: [${text}]` : 'Write name or name:port.',
    )
  }
  const { address, name = '', port } = match.groups
  const hostname = address === undefined ? normaliseName(text, name) : normaliseAddress(text, address)
  const portNumber = port === undefined ? 443 : parsePort(text, port)
  const host = address === undefined ? hostname : `[${hostname}]`
  return { hostname, port: portNumber, authority: portNumber === 443 ? host : `${host}:${portNumber}` }
}

// An upper-case letter or a trailing dot would reach the shim's CONNECT router and the SNI in different spellings.
function normaliseName(text: string, name: string): string {
  const normal = name.toLowerCase().replace(/\.$/, '')
  if (isIPv4(normal)) return normal
  if (!isDnsName(normal)) {
    throw refuse(
      text,
      'is not a DNS name or an IP address',
      'Letters, digits, "-" and "." only; no scheme, path or user.',
    )
  }
  if (normal === 'kubernetes.default.svc') {
    const bypass = 'is the API server itself: it would call this webhook with its in-cluster credentials'
    throw refuse(text, bypass, `Use another name, such as ${DEFAULT_WEBHOOK_HOST}.`)
  }
  return normal
}

function normaliseAddress(text: string, address: string): string {
  if (!isIPv6(address) || address.includes('%')) {
    throw refuse(text, 'is not an IPv6 address in brackets', 'Write it without a zone, such as [::1]:8443.')
  }
  return new URL(`https://[${address}]`).hostname.slice(1, -1)
}

function parsePort(text: string, port: string): number {
  const value = /^[1-9]\d{0,4}$/.test(port) ? Number(port) : 0
  if (value < 1 || value > 65535) throw refuse(text, `has the port '${port}'`, 'Ports are 1 to 65535.')
  return value
}

// The last label may not be a number: Go reads 127.1 or 010.0.0.1 as names or addresses depending on who asks.
function isDnsName(name: string): boolean {
  const labels = name.split('.')
  const isNumeric = /^\d+$/.test(labels.at(-1) ?? '')
  return (
    name.length <= 253 &&
    !isNumeric &&
    labels.every((label) => label.length <= 63 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label))
  )
}

function refuse(host: string, what: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', `webhook host ${JSON.stringify(host)} ${what}`, { hint })
}
