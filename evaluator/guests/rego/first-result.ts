import { scanJson } from '../../../util/json-scan.ts'
import { refuseTooManyValues } from '../../lossless-json.ts'

/** `result[0].result` of what an evaluation gave; undefined when the entry point has no value, or more than one. */
export function readFirstResult(answer: Uint8Array): unknown {
  refuseTooManyValues(scanJson(answer))
  const results: unknown = JSON.parse(Buffer.from(answer).toString())
  return Array.isArray(results) && results.length === 1 ? toRecord(results[0])?.['result'] : undefined
}

/** An object of JSON, to look into; undefined if it is anything else. */
export function toRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}
