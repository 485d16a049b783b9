import { RegoNumber } from '../values/value.ts'

/** What a scalar without quotes means to go-yaml. Numbers as JSON writes them; `undefined` if JSON cannot. */
export type Resolved = null | boolean | string | RegoNumber | undefined

const WORDS: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, undefined] as const),
  ...['.inf', '.Inf', '.INF'].flatMap((word) => ['', '+', '-'].map((sign) => [sign + word, undefined] as const)),
])

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/
const MIN_INT64 = -(2n ** 63n)
const MAX_UINT64 = 2n ** 64n - 1n

/** https://pkg.go.dev/go.yaml.in/yaml/v3: YAML 1.2's core schema, with octals as in 1.1. */
export function resolveScalar(text: string): Resolved {
  if (WORDS.has(text)) return WORDS.get(text)
  if (!/^[-+.0-9]/.test(text)) return text
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  const integer = text.startsWith('.') ? undefined : readInteger(plain)
  if (integer !== undefined) return RegoNumber.of(integer)
  const float = FLOAT.test(plain) ? Number(plain) : Number.NaN
  return Number.isFinite(float) ? RegoNumber.of(float) : text
}

/** Whether an integer fits 64 bits, with a sign or without. */
export function isInteger64(integer: bigint): boolean {
  return integer >= MIN_INT64 && integer <= MAX_UINT64
}

function readInteger(text: string): bigint | undefined {
  const [, sign = '', hexadecimal, binary, octal, decimal] = INTEGER.exec(text) ?? []
  const magnitude = readMagnitude({ hexadecimal, binary, octal, decimal })
  if (magnitude === undefined) return undefined
  const integer = sign === '-' ? -magnitude : magnitude
  return isInteger64(integer) ? integer : undefined
}

type Magnitude = { readonly [base in 'hexadecimal' | 'binary' | 'octal' | 'decimal']: string | undefined }

function readMagnitude({ hexadecimal, binary, octal, decimal }: Magnitude): bigint | undefined {
  if (hexadecimal !== undefined) return BigInt(`0x${hexadecimal}`)
  if (binary !== undefined) return BigInt(`0b${binary}`)
  if (octal !== undefined) return BigInt(`0o${octal}`)
  return decimal === undefined ? undefined : BigInt(decimal)
}
