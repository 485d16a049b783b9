import { Failure, Opaque, type Result, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'
import { type Address, formatAddress, isMapped, parseAddress } from './ip-text.ts'

/** An IP address. */
export class Ip extends Opaque {
  readonly typeName = 'net.IP'
  readonly address: Address

  constructor(address: Address) {
    super()
    this.address = address
  }

  override get size(): number {
    return this.address.length
  }

  override equals(other: Value): boolean | Failure {
    return other instanceof Ip ? Buffer.compare(this.address, other.address) === 0 : new Failure('no such overload')
  }
}

/** An address and how many of its bits name the network. */
export class Cidr extends Opaque {
  readonly typeName = 'net.CIDR'
  readonly address: Address
  readonly bits: number

  constructor(address: Address, bits: number) {
    super()
    this.address = address
    this.bits = bits
  }

  override get size(): number {
    return Math.ceil(this.bits / 8)
  }

  override equals(other: Value): boolean | Failure {
    if (!(other instanceof Cidr)) return new Failure('no such overload')
    return this.bits === other.bits && Buffer.compare(this.address, other.address) === 0
  }
}

/** Kubernetes' IP and CIDR libraries. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library */
export const networks: Library = {
  functions: {
    'ip(string): IP': readIp,
    'isIP(string): bool': (text: string) => !(readIp(text) instanceof Failure),
    'ip.isCanonical(string): bool': (text: string) => {
      const ip = readIp(text)
      return ip instanceof Failure ? ip : formatAddress(ip.address) === text
    },
    '<IP>.family(): int': ({ address }: Ip) => (address.length === 4 ? 4n : 6n),
    '<IP>.isUnspecified(): bool': ({ address }: Ip) => address.every((byte) => byte === 0),
    '<IP>.isLoopback(): bool': ({ address }: Ip) => isLoopback(address),
    '<IP>.isLinkLocalMulticast(): bool': ({ address }: Ip) =>
      isV4(address) ? startsWith(address, [224, 0, 0]) : address[0] === 0xff && (byteOf(address, 1) & 0x0f) === 2,
    '<IP>.isLinkLocalUnicast(): bool': ({ address }: Ip) => isLinkLocalUnicast(address),
    '<IP>.isGlobalUnicast(): bool': ({ address }: Ip) => isGlobalUnicast(address),
    'string(IP): string': ({ address }: Ip) => formatAddress(address),
    'cidr(string): CIDR': readCidr,
    'isCIDR(string): bool': (text: string) => !(readCidr(text) instanceof Failure),
    '<CIDR>.containsIP(string): bool': (cidr: Cidr, text: string) => withIp(text, (ip) => containsIp(cidr, ip)),
    '<CIDR>.containsIP(IP): bool': containsIp,
    '<CIDR>.containsCIDR(string): bool': (cidr: Cidr, text: string) => {
      const other = readCidr(text)
      return other instanceof Failure ? other : containsCidr(cidr, other)
    },
    '<CIDR>.containsCIDR(CIDR): bool': containsCidr,
    '<CIDR>.ip(): IP': ({ address }: Cidr) => new Ip(address),
    '<CIDR>.prefixLength(): int': ({ bits }: Cidr) => BigInt(bits),
    '<CIDR>.masked(): CIDR': ({ address, bits }: Cidr) => new Cidr(mask(address, bits), bits),
    'string(CIDR): string': ({ address, bits }: Cidr) => `${formatAddress(address)}/${bits}`,
  },
}

function readIp(text: string): Ip | Failure {
  const address = parseAddress(text)
  if (address === undefined) return new Failure(`IP Address "${text}" parse error during conversion from string`)
  return isMapped(address) ? new Failure(`IPv4-mapped IPv6 address "${text}" is not allowed`) : new Ip(address)
}

function readCidr(text: string): Cidr | Failure {
  const [, address = '', bits = ''] = /^(.*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const parsed = parseAddress(address)
  if (parsed === undefined || Number(bits) > parsed.length * 8)
    return new Failure(`network address parse error during conversion from string: "${text}"`)
  return isMapped(parsed)
    ? new Failure(`IPv4-mapped IPv6 address "${text}" is not allowed`)
    : new Cidr(parsed, Number(bits))
}

function withIp(text: string, use: (ip: Ip) => Result): Result {
  const ip = readIp(text)
  return ip instanceof Failure ? ip : use(ip)
}

const isV4 = (address: Address) => address.length === 4
const byteOf = (address: Address, index: number) => address[index] ?? 0
const startsWith = (address: Address, bytes: readonly number[]) => bytes.every((byte, i) => address[i] === byte)

function isLoopback(address: Address): boolean {
  return isV4(address) ? address[0] === 127 : address.every((byte, i) => byte === (i === 15 ? 1 : 0))
}

function isLinkLocalUnicast(address: Address): boolean {
  return isV4(address) ? startsWith(address, [169, 254]) : address[0] === 0xfe && (byteOf(address, 1) & 0xc0) === 0x80
}

function isGlobalUnicast(address: Address): boolean {
  const isMulticast = isV4(address) ? (byteOf(address, 0) & 0xf0) === 0xe0 : address[0] === 0xff
  const isBroadcast = isV4(address) && address.every((byte) => byte === 255)
  const isUnspecified = address.every((byte) => byte === 0)
  return !(isMulticast || isBroadcast || isUnspecified || isLoopback(address) || isLinkLocalUnicast(address))
}

function containsIp(cidr: Cidr, { address }: Ip): boolean {
  if (address.length !== cidr.address.length) return false
  return Buffer.compare(mask(address, cidr.bits), mask(cidr.address, cidr.bits)) === 0
}

function containsCidr(cidr: Cidr, other: Cidr): boolean {
  return cidr.bits <= other.bits && containsIp(cidr, new Ip(other.address))
}

function mask(address: Address, bits: number): Address {
  return address.map((byte, i) => byte & ~(0xff >> Math.min(8, Math.max(0, bits - 8 * i))))
}
