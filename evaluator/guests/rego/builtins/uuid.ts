import { randomUUID } from 'node:crypto'
import { toObject } from '../values/collections.ts'
import { type RegoEntry, RegoNumber } from '../values/value.ts'
import { writeValue } from '../values/write-value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { textAt, valueAt } from './operands.ts'
import { remember } from './query.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/uuid */
export const UUID: Builtins = {
  'uuid.rfc4122': (args, query) => remember(query, `uuid ${writeValue(valueAt(args, 0))}`, () => randomUUID()),
  'uuid.parse': (args) => toObject(describeUuid(readUuid(textAt(args, 0)))),
}

const FORMS = [/^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i, /^([0-9a-f]{32})$/i]

function readUuid(text: string): Buffer {
  // google/uuid does not look at what stands in place of the braces
  const bare = /^urn:uuid:/i.test(text) ? text.slice(9) : text.length === 38 ? text.slice(1, -1) : text
  const match = FORMS.map((form) => form.exec(bare)).find((found) => found !== null)
  if (match === undefined || match === null) throw new NotDefined('not a UUID')
  return Buffer.from(match.slice(1).join(''), 'hex')
}

// Of those that hold a time and an address, also these.
function describeUuid(uuid: Buffer): RegoEntry[] {
  const version = uuid.readUInt8(6) >> 4
  const common: RegoEntry[] = [
    ['version', RegoNumber.of(version)],
    ['variant', variantOf(uuid.readUInt8(8))],
  ]
  if (version !== 1 && version !== 2) return common
  const node = uuid.subarray(10)
  const entries: RegoEntry[] = [
    ...common,
    ['time', RegoNumber.of(timeOf(uuid))],
    ['nodeid', (node.toString('hex').match(/../g) ?? []).join('-')],
    ['macvariables', scopeOf(node.readUInt8(0))],
    ['clocksequence', RegoNumber.of(uuid.readUInt16BE(8) & 0x3fff)],
  ]
  if (version === 1) return entries
  const domain = uuid.readUInt8(9)
  const domainName = ['Person', 'Group', 'Org'][domain] ?? `Domain${domain}`
  return [...entries, ['id', RegoNumber.of(uuid.readUInt32BE(0))], ['domain', domainName]]
}

function variantOf(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122'
  if ((byte & 0xe0) === 0xc0) return 'Microsoft'
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved'
}

// Tenths of microseconds since October 15, 1582.
const EPOCH = 122_192_928_000_000_000n

function timeOf(uuid: Buffer): bigint {
  const high = BigInt(uuid.readUInt16BE(6) & 0x0fff)
  const ticks = (high << 48n) | (BigInt(uuid.readUInt16BE(4)) << 32n) | BigInt(uuid.readUInt32BE(0))
  return BigInt.asIntN(64, (ticks - EPOCH) * 100n)
}

function scopeOf(byte: number): string {
  return `${byte & 2 ? 'local' : 'global'}:${byte & 1 ? 'multicast' : 'unicast'}`
}
