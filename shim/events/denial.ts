import type { RequestAttributes } from '../../evaluator/request-attributes.ts'

/** A request that was denied. */
export interface Denial {
  readonly attributes: RequestAttributes
  readonly message: string
}

/** An Event. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
export interface KubeEvent {
  readonly apiVersion: 'events.k8s.io/v1'
  readonly kind: 'Event'
  readonly metadata: { readonly generateName: string; readonly namespace: string }
  readonly eventTime: string
  readonly type: 'Warning'
  readonly reason: 'PolicyDenied'
  readonly action: string
  readonly reportingController: 'gatehouse.internal/shim'
  readonly reportingInstance: string
  readonly regarding: {
    readonly apiVersion: string
    readonly kind: string
    readonly name?: string
    readonly namespace?: string
  }
  readonly note: string
}
