import { GatehouseError } from '../util/errors.ts'
import type { Span } from '../util/json-scan.ts'

/** A request as an evaluator thread needs it. Structured-cloneable; `json.buffer` belongs to it alone and may be transferred. */
export interface EvaluationRequest {
  readonly uid: string
  /** The request as the guest sees it. */
  readonly json: Uint8Array
  /** The document that a patch applies to: `object` inside `json`, or all of it for a raw request. Absent on DELETE. */
  readonly object?: Span
}

/** An AdmissionRequest, and what routing, metrics and logs read of it. */
export interface ParsedAdmissionRequest extends EvaluationRequest {
  readonly attributes: RequestAttributes
}

export interface RequestAttributes {
  readonly operation: string
  readonly kind: GroupVersionKind
  readonly resource: GroupVersionResource
  readonly subResource?: string
  readonly requestKind?: GroupVersionKind
  readonly requestResource?: GroupVersionResource
  readonly name?: string
  readonly namespace?: string
  readonly userName?: string
  readonly dryRun?: boolean
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/**
 * Reads the body of an AdmissionReview.
 * @throws GatehouseError ERR_REQUEST_MALFORMED (not JSON: HTTP 400) or ERR_REQUEST_INVALID (not an AdmissionReview: 422).
 */
export function parseAdmissionReview(_body: Uint8Array): ParsedAdmissionRequest {
  throw new GatehouseError('ERR_INTERNAL', 'not built yet')
}

/** Reads the body of a raw review, `{"request": <any JSON>}`. @throws as `parseAdmissionReview` */
export function parseRawReview(_body: Uint8Array): EvaluationRequest {
  throw new GatehouseError('ERR_INTERNAL', 'not built yet')
}
