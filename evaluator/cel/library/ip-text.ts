/** An address as its bytes: 4 or 16. */
export type Address = Uint8Array

/** Reads an address as Go's `netip.ParseAddr` does, without zones; undefined if it would not. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text)
}

function parseV4(text: string): Address | undefined {
  const parts = text.split('.')
  // no leading zeros: some read them as octal
  const areBytes = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  return areBytes ? Uint8Array.from(parts, Number) : undefined
}

function parseV6(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(readGroups)
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const missing = 16 - head.length - (tail?.length ?? 0)
  // `::` stands for at least one group
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.from([...head, ...Array<number>(missing).fill(0), ...(tail ?? [])])
}

function readGroups(text: string, index: number, halves: readonly string[]): number[] | undefined {
  const groups = text === '' ? [] : text.split(':')
  // only the very last group may be written as an IPv4 address
  const dotted = index === halves.length - 1 && groups.at(-1)?.includes('.') ? parseV4(groups.pop() ?? '') : []
  if (dotted === undefined || !groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  const bytes = groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
  return [...bytes, ...dotted]
}

/** Writes an address in its canonical form. https://www.rfc-editor.org/rfc/rfc5952 */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_group, i) => ((address[2 * i] ?? 0) << 8) | (address[2 * i + 1] ?? 0))
  const { start, length } = longestZeros(groups)
  const write = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  if (length < 2) return write(groups)
  return `${write(groups.slice(0, start))}::${write(groups.slice(start + length))}`
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    const end = groups.findIndex((group, i) => i >= start && group !== 0)
    const length = (end === -1 ? groups.length : end) - start
    if (length > best.length) best = { start, length }
  }
  return best
}

/** Whether an IPv6 address holds an IPv4 one, `::ffff:1.2.3.4`. */
export function isMapped(address: Address): boolean {
  return (
    address.length === 16 &&
    address.subarray(0, 10).every((byte) => byte === 0) &&
    address[10] === 0xff &&
    address[11] === 0xff
  )
}
