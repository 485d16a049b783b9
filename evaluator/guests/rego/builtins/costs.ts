import { measureFormat } from '../go/format/measure-format.ts'
import { isArray, type RegoArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from '../values/value.ts'

/**
 * What a call takes at most, told from its operands before it is made: in units of fuel, each of which is a nanosecond or half of
 * one. Infinite where that would be anybody's guess.
 * @param texts of the operands, as the guest gave them
 */
export type Cost = (args: RegoArray, texts: readonly string[]) => number

const PER_CALL = 5_000
const PER_CHARACTER = 50
const PER_CHARACTER_DECODED = 500
/** Of what is sorted, for each time that their number doubles. */
const PER_CHARACTER_COMPARED = 50
const PER_CHARACTER_FORMATTED = 20
const PER_DIRECTIVE = 2_000
/** Its digits are computed, all of them. */
const PER_FLOAT = 100_000

/** Reading an operand: sets and objects are put in order. */
export function costOfReading(text: string): number {
  const plain = text.length * PER_CHARACTER
  return text.includes('{') ? plain + costOfSorting(text.length) : plain
}

function costOfSorting(length: number): number {
  return length * Math.ceil(Math.log2(length + 1)) * PER_CHARACTER_COMPARED
}

/** What is to be paid before a built-in is called. */
export function costOfCall(cost: Cost | undefined, args: RegoArray, texts: readonly string[]): number {
  // which may stand for more digits than anybody has time for
  if (cost === undefined || args.some(holdsLargeNumber)) return Number.POSITIVE_INFINITY
  return PER_CALL + cost(args, texts)
}

const MAX_NUMBER = 400
const LARGE_EXPONENT = /[eE][-+]?\d{4}/

function holdsLargeNumber(value: RegoValue): boolean {
  if (value instanceof RegoNumber) return value.text.length > MAX_NUMBER || LARGE_EXPONENT.test(value.text)
  if (value instanceof RegoObject) return value.entries.some((entry) => entry.some(holdsLargeNumber))
  if (value instanceof RegoSet) return value.members.some(holdsLargeNumber)
  return isArray(value) && value.some(holdsLargeNumber)
}

const lengthOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length, 0)

/** Goes through its operands a few times. */
const linear: Cost = (_args, texts) => lengthOf(texts) * PER_CHARACTER

/** Bytes that make no text are looked at one by one. */
const decoding: Cost = (_args, texts) => lengthOf(texts) * PER_CHARACTER_DECODED

/** Puts in order what it is given. */
const sorting: Cost = (args, texts) => linear(args, texts) + costOfSorting(lengthOf(texts))

/** Looks for each part of one operand everywhere in the other. */
const searching: Cost = (args, texts) => linear(args, texts) + (lengthOf(texts) / 2) ** 2

const MAX_SHORT = 256
const PER_SHORT = 100_000

/** Does more for longer operands than in proportion: those that mean something are short. */
const short: Cost = (_args, texts) => (lengthOf(texts) <= MAX_SHORT ? PER_SHORT : Number.POSITIVE_INFINITY)

/** Numbers with an exponent are written out. */
const amount: Cost = (args, texts) =>
  texts.some((text) => LARGE_EXPONENT.test(text)) ? Number.POSITIVE_INFINITY : short(args, texts)

const formatting: Cost = ([format, values], texts) => {
  // undefined
  if (typeof format !== 'string' || !isArray(values)) return 0
  const lengths = values.map((value) => lengthAsText(value, texts[1] ?? ''))
  const { directives, characters } = measureFormat(format, lengths)
  const perDirective = values.some(isFloat) ? PER_DIRECTIVE + PER_FLOAT : PER_DIRECTIVE
  return characters * PER_CHARACTER_FORMATTED + directives * perDirective
}

function lengthAsText(value: RegoValue, all: string): number {
  if (typeof value === 'string') return value.length
  return value instanceof RegoNumber ? value.text.length : all.length
}

const isFloat = (value: RegoValue) => value instanceof RegoNumber && /[.eE]/.test(value.text)

// All others may take long for what little they are given: docs/rego.md lists them, and why.
const COSTS: Readonly<Record<string, Cost>> = {
  'base64url.encode_no_pad': linear,
  cast_array: linear,
  cast_boolean: linear,
  cast_null: linear,
  cast_object: linear,
  cast_set: sorting,
  cast_string: linear,
  'glob.quote_meta': linear,
  'hex.decode': decoding,
  'hex.encode': linear,
  indexof_n: searching,
  'json.is_valid': linear,
  'net.cidr_is_valid': short,
  'opa.runtime': linear,
  parse_rfc3339_ns: short,
  'rand.intn': linear,
  'semver.compare': short,
  'semver.is_valid': short,
  sprintf: formatting,
  'strings.any_prefix_match': searching,
  'strings.any_suffix_match': searching,
  'strings.count': searching,
  'strings.split_n': searching,
  'time.now_ns': linear,
  'time.parse_duration_ns': short,
  'time.parse_rfc3339_ns': short,
  trace: linear,
  'units.parse': amount,
  'units.parse_bytes': amount,
  'uri.is_valid': short,
  'uri.parse': short,
  'urlquery.decode': decoding,
  'urlquery.encode': linear,
  'uuid.parse': short,
  'uuid.rfc4122': linear,
}

/** What a built-in costs at most; undefined where nobody can say. */
export function findCost(name: string): Cost | undefined {
  return Object.hasOwn(COSTS, name) ? COSTS[name] : undefined
}
