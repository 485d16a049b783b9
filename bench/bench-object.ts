/** What a measured request creates, as far as policies look at it. */
export interface BenchObject {
  readonly apiVersion: 'v1'
  readonly kind: keyof typeof RESOURCES
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  /** A Pod's. */
  readonly spec?: { readonly containers: readonly Readonly<Record<string, unknown>>[] }
  /** A ConfigMap's. */
  readonly data?: Readonly<Record<string, string>>
}

const RESOURCES = { Pod: 'pods', ConfigMap: 'configmaps' } as const

/** Where an object is created: dry runs, so that nothing piles up in etcd. */
export function requestPath({ kind }: BenchObject): string {
  return `/api/v1/namespaces/default/${RESOURCES[kind]}?dryRun=All`
}

/** What paths for such objects look at. */
export function creationsOf(kind: BenchObject['kind']) {
  return [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: [RESOURCES[kind]] }]
}
