import type { Span } from '../util/json-scan.ts'

/** What routing, metrics and logs read of an AdmissionRequest. */
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

/** Where the labels of a request's objects stand in its JSON; of an object without metadata, nothing is said. */
export interface LabelSpans {
  readonly object: { readonly labels: Span | undefined } | undefined
  readonly oldObject: { readonly labels: Span | undefined } | undefined
}
