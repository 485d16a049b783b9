import { concatBytes } from '../util/bytes.ts'
import { GatehouseError, messageOf } from '../util/errors.ts'
import { decodeString, type JsonNode, type Outline, type Span, scanJson } from '../util/json-scan.ts'
import { type Problem, throwProblems } from '../util/problems.ts'
import { JsonProjection } from './json-projection.ts'
import {
  findShapeProblems,
  memberOf,
  type ObjectShape,
  optional,
  outlineOf,
  readShape,
  required,
} from './json-shape.ts'
import type { LabelSpans, RequestAttributes } from './request-attributes.ts'

export type { LabelSpans, RequestAttributes } from './request-attributes.ts'

/** A request as an evaluator thread needs it. Structured-cloneable; `json.buffer` belongs to it alone and may be transferred. */
export interface EvaluationRequest {
  readonly uid: string
  /** The request as the guest sees it. */
  readonly json: Uint8Array<ArrayBuffer>
  /** The document that a patch applies to: `object` inside `json`, or all of it for a raw request. Absent on DELETE. */
  readonly object?: Span
  /** No AdmissionRequest but whatever JSON the client sent. */
  readonly isRaw?: true
  /** Several policies are asked about it at the same time: its bytes stay where they are. */
  readonly isShared?: true
}

/** An AdmissionRequest, and what routing, metrics and logs read of it. */
export interface ParsedAdmissionRequest extends EvaluationRequest {
  readonly attributes: RequestAttributes
  readonly labelSpans: LabelSpans
}

const KIND = { group: required('string'), version: required('string'), kind: required('string') }
const RESOURCE = { group: required('string'), version: required('string'), resource: required('string') }

// What Kubewarden's guests are given, and nothing else: fields that it does not know never reach them.
// https://pkg.go.dev/k8s.io/api/admission/v1#AdmissionRequest
const REQUEST = {
  uid: required('string'),
  kind: required(KIND),
  resource: required(RESOURCE),
  subResource: optional('string'),
  requestKind: optional(KIND),
  requestResource: optional(RESOURCE),
  requestSubResource: optional('string'),
  name: optional('string'),
  namespace: optional('string'),
  operation: required('string'),
  userInfo: required({
    username: optional('string'),
    uid: optional('string'),
    groups: optional('array'),
    extra: optional('object'),
  }),
  object: optional('any'),
  oldObject: optional('any'),
  dryRun: optional('boolean'),
  options: optional('any'),
} satisfies ObjectShape

// What routing, metrics and logs read; of `userInfo` only the name, which is read apart.
const { operation, kind, resource, subResource, requestKind, requestResource, name, namespace, dryRun } = REQUEST
const ATTRIBUTES: ObjectShape = {
  operation,
  kind,
  resource,
  subResource,
  requestKind,
  requestResource,
  name,
  namespace,
  dryRun,
}

const REVIEW: ObjectShape = { apiVersion: optional('string'), kind: optional('string'), request: required(REQUEST) }
const REVIEW_IDENTITY = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' } as const
// Labels are looked at by whoever selects by them: where they stand comes out of the same walk.
const LABELLED = { metadata: { labels: {} } }
const REVIEW_OUTLINE = {
  ...outlineOf(REVIEW),
  request: { ...outlineOf(REQUEST), object: LABELLED, oldObject: LABELLED },
}
const RAW_OUTLINE: Outline = { request: { uid: {} } }

/**
 * Reads the body of an AdmissionReview. Values are copied byte for byte and only once of members given twice, so that
 * the guest cannot see another value than routing did.
 * @throws GatehouseError ERR_REQUEST_MALFORMED (not JSON: HTTP 400) or ERR_REQUEST_INVALID (not an AdmissionReview: 422).
 */
export function parseAdmissionReview(body: Uint8Array): ParsedAdmissionRequest {
  const review = scanBody(body, REVIEW_OUTLINE)
  throwProblems('ERR_REQUEST_INVALID', [...findShapeProblems(review, REVIEW), ...findIdentityProblems(body, review)])
  const request = review.members.get('request') as JsonNode
  const projection = new JsonProjection(body)
  projection.write(request, REQUEST)
  const object = projection.spanOf(memberOf(request, 'object'))
  return {
    uid: readString(body, memberOf(request, 'uid')) ?? '',
    json: projection.toBytes(),
    ...(object && { object }),
    attributes: readAttributes(body, request),
    labelSpans: findLabels(request, projection),
  }
}

function findLabels(request: JsonNode, projection: JsonProjection): LabelSpans {
  const find = (name: string) => {
    const object = memberOf(request, name)
    const metadata = memberOf(object, 'metadata')
    return metadata && { labels: projection.spanWithin(object, memberOf(metadata, 'labels')) }
  }
  return { object: find('object'), oldObject: find('oldObject') }
}

// Kubewarden's audit scanner leaves both empty, which says nothing; another version would have to be answered in kind.
function findIdentityProblems(body: Uint8Array, review: JsonNode): Problem[] {
  return Object.entries(REVIEW_IDENTITY).flatMap(([field, expected]) => {
    const found = readString(body, memberOf(review, field)) || expected
    return found === expected ? [] : [{ field, message: `is ${JSON.stringify(found)}, must be ${expected}` }]
  })
}

/** Reads the body of a raw review, `{"request": <any JSON>}`. @throws as `parseAdmissionReview` */
export function parseRawReview(body: Uint8Array): EvaluationRequest {
  const review = scanBody(body, RAW_OUTLINE)
  throwProblems('ERR_REQUEST_INVALID', findShapeProblems(review, {}))
  const request = review.members.get('request')
  if (request === undefined) throw new GatehouseError('ERR_REQUEST_INVALID', 'request: is missing')
  const json = concatBytes([body.subarray(request.start, request.end)])
  const uid = readString(body, memberOf(request, 'uid')) ?? ''
  return { uid, json, object: { start: 0, end: json.length }, isRaw: true }
}

function readAttributes(body: Uint8Array, request: JsonNode): RequestAttributes {
  const userName = readString(body, memberOf(memberOf(request, 'userInfo'), 'username'))
  const attributes = readShape(body, request, ATTRIBUTES) as RequestAttributes
  return userName === undefined ? attributes : { ...attributes, userName }
}

function readString(body: Uint8Array, node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' ? decodeString(body, node) : undefined
}

function scanBody(body: Uint8Array, outline: Outline): JsonNode {
  try {
    return scanJson(body, outline).root
  } catch (cause) {
    throw new GatehouseError('ERR_REQUEST_MALFORMED', `the request is not JSON: ${messageOf(cause)}`, { cause })
  }
}
