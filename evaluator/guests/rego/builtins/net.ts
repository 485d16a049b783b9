import { type Address, parseAddress } from '../../../cel/library/ip-text.ts'
import {
  containsNetwork,
  formatNetwork,
  type Network,
  parseCidr,
  showAddress,
  toAddress,
  toNumber,
} from '../go/cidr.ts'
import { mergeNetworks, type NetworkRange } from '../go/merge-networks.ts'
import { toSet } from '../values/collections.ts'
import { isArray, type RegoArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { limitMembers } from './limits.ts'
import { membersAt, textAt, valueAt } from './operands.ts'

/** Those that ask nobody. https://www.openpolicyagent.org/docs/policy-reference/builtins/net */
export const NET: Builtins = {
  'net.cidr_is_valid': (args) => {
    const text = valueAt(args, 0)
    return typeof text === 'string' && parseCidr(text) !== undefined
  },
  'net.cidr_expand': (args) => expand(networkOf(textAt(args, 0))),
  'net.cidr_merge': (args) => toSet(mergeNetworks(membersAt(args, 0).map(rangeOf)).map(formatNetwork)),
  'net.cidr_contains_matches': (args) => {
    const [outer, inner] = [candidatesOf(valueAt(args, 0)), candidatesOf(valueAt(args, 1))]
    limitMembers(Math.ceil((outer.length * inner.length) / 100))
    return toSet(
      outer.flatMap((one) => inner.filter((other) => contains(one, other)).map((other) => [one.key, other.key])),
    )
  },
}

function networkOf(text: RegoValue): Network {
  const network = typeof text === 'string' ? parseCidr(text) : undefined
  if (network === undefined) throw new NotDefined('not a CIDR')
  return network
}

function expand({ address, prefix }: Network): RegoSet {
  const count = 1n << BigInt(address.length * 8 - prefix)
  limitMembers(count)
  const first = toNumber(address)
  return toSet(
    Array.from({ length: Number(count) }, (_, index) => showAddress(toAddress(first + BigInt(index), address.length))),
  )
}

// A bare address stands for the network of its class, of the days before CIDR.
function rangeOf(member: RegoValue): NetworkRange {
  const address = typeof member === 'string' ? parseAddress(member) : undefined
  if (address === undefined) return { network: networkOf(member) }
  if (address.length !== 4) throw new NotDefined('an IPv6 address needs a prefix')
  return { network: { address, prefix: classOf(address) } }
}

function classOf([first = 0]: Address): number {
  if (first < 128) return 8
  return first < 192 ? 16 : 24
}

/** A network or an address, and how the result names it. */
interface Candidate {
  readonly text: RegoValue
  readonly key: RegoValue
}

function candidatesOf(operand: RegoValue): Candidate[] {
  if (typeof operand === 'string') return [{ text: operand, key: operand }]
  if (isArray(operand)) return operand.map((member, index) => ({ text: textOf(member), key: RegoNumber.of(index) }))
  if (operand instanceof RegoSet) return operand.members.map((member) => ({ text: textOf(member), key: member }))
  if (operand instanceof RegoObject) return operand.entries.map(([key, member]) => ({ text: textOf(member), key }))
  return []
}

// An array starts with it.
function textOf(member: RegoValue): RegoValue {
  const text = isArray(member) ? (member as RegoArray)[0] : member
  return typeof text === 'string' ? text : refuse()
}

function contains(outer: Candidate, inner: Candidate): boolean {
  const address = typeof inner.text === 'string' ? parseAddress(inner.text) : undefined
  const network = address === undefined ? networkOf(inner.text) : { address, prefix: address.length * 8 }
  return containsNetwork(networkOf(outer.text), network)
}

function refuse(): never {
  throw new NotDefined('must be a string or an array that starts with one')
}
