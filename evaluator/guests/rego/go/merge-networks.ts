import { mask, type Network, toAddress, toNumber } from './cidr.ts'

export interface NetworkRange {
  /** As it was given: of a bare address, not masked. */
  readonly network: Network
}

interface Range {
  readonly first: bigint
  readonly last: bigint
  /** Unless it is the sum of several. */
  readonly network?: Network
}

/** The fewest networks that hold what the given ones hold. */
export function mergeNetworks(ranges: readonly NetworkRange[]): Network[] {
  return [4, 16].flatMap((length) => {
    const ofFamily = ranges.filter(({ network }) => network.address.length === length).map(toRange)
    return mergeRanges(ofFamily).flatMap((range) => range.network ?? toNetworks(range, length))
  })
}

function toRange({ network }: NetworkRange): Range {
  const first = toNumber(mask(network.address, network.prefix))
  const size = 1n << BigInt(network.address.length * 8 - network.prefix)
  return { first, last: first + size - 1n, network }
}

function mergeRanges(ranges: readonly Range[]): Range[] {
  const sorted = ranges.toSorted((a, b) => compare(a.last, b.last) || compare(a.first, b.first))
  const merged: Range[] = []
  // from the last to the first, each with those that it touches
  for (const range of sorted.toReversed()) {
    const next = merged.at(-1)
    if (next === undefined || next.first > range.last + 1n) merged.push(range)
    else merged[merged.length - 1] = { first: range.first < next.first ? range.first : next.first, last: next.last }
  }
  return merged
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b))

function toNetworks({ first, last }: Range, length: number): Network[] {
  const networks: Network[] = []
  for (let start = first; start <= last; ) {
    let bits = 0
    while (bits < length * 8 && isAligned(start, bits + 1) && start + (1n << BigInt(bits + 1)) - 1n <= last) bits += 1
    networks.push({ address: toAddress(start, length), prefix: length * 8 - bits })
    start += 1n << BigInt(bits)
  }
  return networks
}

const isAligned = (start: bigint, bits: number) => start % (1n << BigInt(bits)) === 0n
