import { NONE, Optional } from '../run/optional.ts'
import { Failure, Opaque, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'
import { parseTimestamp } from './time-text.ts'
import { parseRequestUrl } from './url-text.ts'

/** A form that texts may have. */
export class Format extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat'
  readonly name: string
  /** What is wrong with a text; nothing if it has the form. */
  readonly findProblems: Problems
  /** How long Kubernetes takes its pattern to be, for the cost of asking. */
  readonly #patternSize: number

  constructor(name: string, patternSize: number, findProblems: Problems) {
    super()
    this.name = name
    this.#patternSize = patternSize
    this.findProblems = findProblems
  }

  override get size(): number {
    return this.#patternSize
  }

  override equals(other: Value): boolean | Failure {
    return other instanceof Format ? other.name === this.name : new Failure('no such overload')
  }
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const LABEL_1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/
const TIME = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[-+][0-9]{2}:[0-9]{2})$/

type Problems = (text: string) => string[]

const says =
  (isRight: (text: string) => boolean, message: string): Problems =>
  (text) =>
    isRight(text) ? [] : [message]

const limited =
  (max: number, pattern: RegExp, message: string): Problems =>
  (text) => [
    ...(text.length > max ? [`must be no more than ${max} characters`] : []),
    ...(pattern.test(text) ? [] : [message]),
  ]

// A prefix may end in the dash that its name would go on behind.
const asPrefix =
  (find: Problems): Problems =>
  (text) =>
    find(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text)

const label = limited(63, LABEL, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'")
const label1035 = limited(
  63,
  LABEL_1035,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', and start with a letter",
)
const subdomain = limited(
  253,
  SUBDOMAIN,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'",
)
const name = limited(63, NAME, "must consist of alphanumeric characters, '-', '_' or '.'")

const FORMATS: Readonly<Record<string, readonly [number, Problems]>> = {
  dns1123Label: [30, label],
  dns1123Subdomain: [60, subdomain],
  dns1035Label: [30, label1035],
  qualifiedName: [60, findNameProblems],
  dns1123LabelPrefix: [30, asPrefix(label)],
  dns1123SubdomainPrefix: [60, asPrefix(subdomain)],
  dns1035LabelPrefix: [30, asPrefix(label1035)],
  labelValue: [40, (text) => (text === '' ? [] : name(text))],
  uri: [1103, says((text) => parseRequestUrl(text) !== undefined, 'is no absolute URI')],
  uuid: [70, says((text) => UUID.test(text), 'does not match the UUID format')],
  byte: [84, says((text) => BASE64.test(text), 'invalid base64')],
  date: [71, says(isDate, 'invalid date')],
  datetime: [71, says(isDateTime, 'invalid datetime')],
}

const all = new Map(Object.entries(FORMATS).map(([key, [size, find]]) => [key, new Format(key, size, find)]))

/** Kubernetes' format library. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-format-library */
export const formats: Library = {
  functions: {
    'format.named(string): optional<Format>': (key: string) => new Optional(all.get(key)),
    ...Object.fromEntries(Array.from(all, ([key, format]) => [`format.${key}(): Format`, () => format])),
    '<Format>.validate(string): optional<list<string>>': (format: Format, text: string) => {
      const problems = format.findProblems(text)
      return problems.length === 0 ? NONE : new Optional(problems)
    },
  },
}

// `prefix/name`, the prefix a domain
function findNameProblems(text: string): string[] {
  const parts = text.split('/')
  if (parts.length > 2) return ['a qualified name must consist of a name and an optional DNS subdomain prefix']
  const [prefix, last] = parts.length === 2 ? parts : [undefined, parts[0]]
  return [...(prefix === undefined ? [] : subdomain(prefix)), ...name(last ?? '')]
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !(parseTimestamp(`${text}T00:00:00Z`) instanceof Failure)
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t')
  const [matched, hours = '', minutes = '', seconds = ''] = TIME.exec(time ?? '') ?? []
  return matched !== undefined && isDate(date) && hours <= '23' && minutes <= '59' && seconds <= '59'
}
