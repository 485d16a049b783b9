import { type JsonText, scanJson } from '../util/json-scan.ts'

/** A number as it was written: `JSON.stringify` writes it so again. */
export interface RawNumber {
  readonly rawJSON: string
}

/** Parsed JSON in which every number can be told in full: a `number` if that is all there is to it, else its text. */
export type LosslessValue = null | boolean | string | number | RawNumber | LosslessArray | LosslessObject
export type LosslessArray = readonly LosslessValue[]
export interface LosslessObject {
  readonly [name: string]: LosslessValue
}

// No Kubernetes object comes near it (they end at some megabytes), but JSON of a few bytes a value would fill the heap.
const MAX_VALUES = 500_000

/** Keeps a text that is small in bytes from growing without end when it is parsed. */
export function refuseTooManyValues({ valueCount }: JsonText): void {
  if (valueCount > MAX_VALUES) throw new Error(`holds ${valueCount} values, where ${MAX_VALUES} are taken`)
}

/** Parses JSON of which no number may change on the way. */
export function parseLossless(bytes: Uint8Array): LosslessValue {
  refuseTooManyValues(scanJson(bytes))
  return JSON.parse(new TextDecoder().decode(bytes), keepNumber) as LosslessValue
}

/** Narrows to a number of either form; an object that happens to have a member `rawJSON` is none. */
export function isNumber(value: LosslessValue | undefined): value is number | RawNumber {
  return typeof value === 'number' || JSON.isRawJSON(value)
}

export function isObject(value: LosslessValue | undefined): value is LosslessObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** A number's text. */
export function sourceOf(number: number | RawNumber): string {
  return typeof number === 'number' ? String(number) : number.rawJSON
}

// `1.0`, `1e2`, `-0` and whatever a double cannot hold are kept as text; all else stays a plain, fast number.
function keepNumber(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value
}
