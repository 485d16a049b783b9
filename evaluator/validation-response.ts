import { messageOf } from '../util/errors.ts'
import { type JsonNode, scanJson } from '../util/json-scan.ts'
import { formatProblem } from '../util/problems.ts'
import type { EvaluationRequest } from './admission-request.ts'
import type { AdmissionResponse, Status } from './admission-response.ts'
import { withoutEmptiedMaps } from './emptied-maps.ts'
import { diffJson } from './json-patch.ts'
import {
  findShapeProblems,
  memberOf,
  type ObjectShape,
  optional,
  outlineOf,
  readShape,
  required,
} from './json-shape.ts'
import { parseLossless, refuseTooManyValues } from './lossless-json.ts'

const MUTATED_WITHOUT_OBJECT =
  'Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed'

/**
 * Makes a guest's answer into an AdmissionResponse.
 * @throws Error when the answer is not a ValidationResponse, in the words of the guest's kind
 */
export function toAdmissionResponse(
  answer: Uint8Array,
  request: EvaluationRequest,
  unreadable = 'cannot deserialize policy validation response',
): AdmissionResponse {
  const verdict = readValidationResponse(answer, unreadable)
  const { mutatedObject } = verdict
  if (mutatedObject === undefined) return toVerdict(request.uid, verdict)
  if (request.object === undefined) {
    return toVerdict(request.uid, { accepted: false, message: MUTATED_WITHOUT_OBJECT })
  }
  return {
    ...toVerdict(request.uid, verdict),
    ...toPatch(request.json.subarray(request.object.start, request.object.end), mutatedObject),
  }
}

/** What a guest answers to `validate`, but for the mutated object. */
interface Verdict {
  readonly accepted: boolean
  readonly message?: string
  readonly code?: number
  readonly audit_annotations?: Readonly<Record<string, string>>
  readonly warnings?: readonly string[]
}

function toVerdict(uid: string, verdict: Verdict): AdmissionResponse {
  const { accepted: allowed, audit_annotations: auditAnnotations = null, warnings = null } = verdict
  const status = toStatus(verdict)
  if (status === undefined) return { uid, allowed, auditAnnotations, warnings }
  return { uid, allowed, status, auditAnnotations, warnings }
}

// Present even when the request is allowed, if the policy had something to say.
function toStatus({ message, code }: Verdict): Status | undefined {
  if (message === undefined && code === undefined) return undefined
  return { ...(message !== undefined && { message }), ...(code !== undefined && { code }) }
}

function toPatch(original: Uint8Array, mutated: Uint8Array): Pick<AdmissionResponse, 'patch' | 'patchType'> {
  if (Buffer.compare(original, mutated) === 0) return {}
  const before = parseLossless(original)
  const operations = diffJson(before, withoutEmptiedMaps(parseLossless(mutated), before))
  if (operations.length === 0) return {}
  return { patch: Buffer.from(JSON.stringify(operations)).toString('base64'), patchType: 'JSONPatch' }
}

const VERDICT: ObjectShape = {
  accepted: required('boolean'),
  message: optional('string'),
  code: optional('number'),
  audit_annotations: optional('object'),
  warnings: optional('array'),
}
const RESPONSE: ObjectShape = { ...VERDICT, mutated_object: optional('any') }
const RESPONSE_OUTLINE = outlineOf(RESPONSE)

interface ParsedResponse extends Verdict {
  /** Its bytes: many guests give it back as it was. */
  readonly mutatedObject?: Uint8Array
}

// Most answers are a few words, and always the same ones: that they allow.
const KNOWN = new Map<string, ParsedResponse>()
const MAX_KNOWN = 100
const MAX_KNOWN_BYTES = 256

function readValidationResponse(answer: Uint8Array, unreadable: string): ParsedResponse {
  if (answer.length > MAX_KNOWN_BYTES) return parseValidationResponse(answer, unreadable)
  const text = Buffer.from(answer.buffer, answer.byteOffset, answer.length).toString('latin1')
  const known = KNOWN.get(text)
  if (known !== undefined) return known
  const parsed = parseValidationResponse(answer, unreadable)
  // the bytes of an object are the guest's, and may be others by the next time
  if (parsed.mutatedObject !== undefined) return parsed
  if (KNOWN.size === MAX_KNOWN) KNOWN.clear()
  KNOWN.set(text, parsed)
  return parsed
}

function parseValidationResponse(answer: Uint8Array, unreadable: string): ParsedResponse {
  try {
    const text = scanJson(answer, RESPONSE_OUTLINE)
    refuseTooManyValues(text)
    refuse(findShapeProblems(text.root, RESPONSE).map(formatProblem))
    const verdict = readShape(answer, text.root, VERDICT) as Verdict
    refuse(findValueProblems(verdict))
    return { ...verdict, ...bytesOf(answer, memberOf(text.root, 'mutated_object')) }
  } catch (cause) {
    throw new Error(`${unreadable}: ${messageOf(cause)}`, { cause })
  }
}

function bytesOf(answer: Uint8Array, node: JsonNode | undefined): { readonly mutatedObject?: Uint8Array } {
  return node === undefined ? {} : { mutatedObject: answer.subarray(node.start, node.end) }
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('; '))
}

// What the shape cannot say: the types within lists and maps, and that the code fits the 16 bits that Kubewarden gives it.
function findValueProblems({ code = 0, warnings = [], audit_annotations: annotations = {} }: Verdict): string[] {
  const isText = (value: unknown) => typeof value === 'string'
  return [
    ...(Number.isInteger(code) && code >= 0 && code < 2 ** 16 ? [] : [`code: must be from 0 to 65535, but is ${code}`]),
    ...(warnings.every(isText) ? [] : ['warnings: must be a list of strings']),
    ...(Object.values(annotations).every(isText) ? [] : ['audit_annotations: must hold strings only']),
  ]
}
