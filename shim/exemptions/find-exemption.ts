import type { RequestAttributes } from '../../evaluator/request-attributes.ts'
import { ExemptedRequest } from './exempted-request.ts'
import { type Exemption, isExpired } from './exemption.ts'

interface Request {
  readonly json: Uint8Array
  /** A raw request has none, and nothing that an exemption could mean. */
  readonly attributes?: RequestAttributes
}

/** The first exemption that covers the request now; costs nothing where there are none. */
export function findExemption(
  exemptions: readonly Exemption[] | undefined,
  { attributes, json }: Request,
  now: number,
): Exemption | undefined {
  if (exemptions === undefined || attributes === undefined) return undefined
  const request = new ExemptedRequest(attributes, json)
  return exemptions.find((exemption) => !isExpired(exemption, now) && covers(exemption, request))
}

// What is at hand is compared first; groups and generated names have to be looked up in the bytes.
function covers({ namespaces, users, groups, names }: Exemption, request: ExemptedRequest): boolean {
  return (
    (users === undefined || includes(users, request.attributes.userName)) &&
    (namespaces === undefined || includes(namespaces, request.namespace)) &&
    (names === undefined || coversName(names, request)) &&
    (groups === undefined || request.groups.some((group) => groups.includes(group)))
  )
}

function includes(values: readonly string[], value: string | undefined): boolean {
  return value !== undefined && values.includes(value)
}

function coversName(patterns: readonly string[], request: ExemptedRequest): boolean {
  const { name } = request
  if (name !== undefined) return patterns.some((pattern) => matches(pattern, name))
  const base = request.generatedBase
  // only a prefix holds for every name that may be generated
  return base !== undefined && patterns.some((pattern) => pattern.endsWith('*') && matches(pattern, base))
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
