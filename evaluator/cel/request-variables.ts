import { isObject, type LosslessObject, type LosslessValue, parseLossless } from '../lossless-json.ts'
import { toCelValue } from './json-value.ts'
import type { Value } from './run/values.ts'

/** The variables of match conditions, for one request. */
export type RequestVariables = ReadonlyMap<string, Value>

const FIELDS = [
  'kind',
  'subResource',
  'requestKind',
  'requestResource',
  'requestSubResource',
  'name',
  'namespace',
].concat('operation', 'userInfo', 'dryRun', 'options')

/**
 * Reads the variables from the bytes of an AdmissionRequest, as the API server sends it to webhooks. Fields that are
 * empty are missing in both, so that `has()` and the failure of whoever reads them are the API server's own.
 */
export function readRequestVariables(request: Uint8Array): RequestVariables {
  const json = parseLossless(request)
  const fields = isObject(json) ? json : {}
  return new Map([
    ['object', toCelValue(fields['object'] ?? null)],
    ['oldObject', toCelValue(fields['oldObject'] ?? null)],
    ['request', toCelValue(requestOf(fields))],
    // namespaces are not given to the match conditions of webhooks
    ['namespaceObject', null],
  ])
}

function requestOf(fields: LosslessObject): LosslessValue {
  const given = FIELDS.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]))
  // The API server evaluates conditions before it chooses a rule: it knows only the resource that was asked for.
  const resource = fields['requestResource'] ?? fields['resource'] ?? null
  // what it has not yet filled in: no id, and the objects only as variables of their own
  return { ...Object.fromEntries(given), resource, uid: '', object: null, oldObject: null }
}
