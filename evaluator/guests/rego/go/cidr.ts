import { type Address, formatAddress, isMapped, parseAddress } from '../../../cel/library/ip-text.ts'

/** A network: its first address, and how many bits all of its addresses share. */
export interface Network {
  readonly address: Address
  readonly prefix: number
}

/** https://pkg.go.dev/net#ParseCIDR; undefined where Go reports an error. */
export function parseCidr(text: string): Network | undefined {
  const [, address = '', digits = ''] = /^([^/]*)\/(\d+)$/.exec(text) ?? []
  const parsed = parseAddress(address)
  const prefix = Number(digits)
  if (parsed === undefined || prefix > parsed.length * 8) return undefined
  return { address: mask(parsed, prefix), prefix }
}

export function formatNetwork({ address, prefix }: Network): string {
  return `${showAddress(address)}/${prefix}`
}

/** Go shows an IPv4 address that is written as an IPv6 one as what it is. */
export function showAddress(address: Address): string {
  return formatAddress(isMapped(address) ? address.subarray(12) : address)
}

export function mask(address: Address, prefix: number): Address {
  return address.map((byte, index) => byte & maskByte(prefix - index * 8))
}

const maskByte = (bits: number) => (0xff << (8 - Math.min(Math.max(bits, 0), 8))) & 0xff

/** Whether a network holds an address, or all of another network. */
export function containsNetwork(outer: Network, inner: Network): boolean {
  const [a, b] = [unmap(outer), unmap(inner)]
  if (a.address.length !== b.address.length || a.prefix > b.prefix) return false
  return Buffer.compare(mask(b.address, a.prefix), mask(a.address, a.prefix)) === 0
}

function unmap({ address, prefix }: Network): Network {
  return isMapped(address) ? { address: address.subarray(12), prefix: Math.max(prefix - 96, 0) } : { address, prefix }
}

export const toNumber = (address: Address) => BigInt(`0x${Buffer.from(address).toString('hex')}`)

export function toAddress(number: bigint, length: number): Address {
  return Uint8Array.from(Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex'))
}
