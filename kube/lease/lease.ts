import type { KubeMetadata } from '../requests/kube-client.ts'

/** A Lease. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
export interface Lease {
  readonly apiVersion: 'coordination.k8s.io/v1'
  readonly kind: 'Lease'
  readonly metadata: KubeMetadata
  readonly spec: LeaseSpec
}

export interface LeaseSpec {
  /** Empty or absent: nobody holds it. */
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

export interface LeaseName {
  readonly namespace: string
  readonly name: string
}

/** The path of all Leases of a namespace. */
export function leasesPath(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`
}

export function leasePath({ namespace, name }: LeaseName): string {
  return `${leasesPath(namespace)}/${encodeURIComponent(name)}`
}

/** Kubernetes' MicroTime: always six decimals. */
export function toMicroTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z')
}
