import { randomUUID } from 'node:crypto'
import { resourceOfKind } from './resources.ts'

/** A Kubernetes object as its manifest has it; numbers may be `JSON.rawJSON`. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What a manifest does not say of the request that it would come in. */
export interface RequestOptions {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  /** For objects that name no namespace. */
  readonly namespace: string
  readonly user: string
  readonly groups: readonly string[]
  /** What an UPDATE finds. */
  readonly oldObject?: unknown
}

/** The AdmissionReview in which the API server would show a manifest to a policy, without defaulted fields. */
export function buildReview(manifest: Manifest, options: RequestOptions): object {
  const { group, version } = splitApiVersion(manifest.apiVersion)
  const kind = { group, version, kind: manifest.kind }
  const { resource: name, isNamespaced } = resourceOfKind(group, manifest.kind)
  const resource = { group, version, resource: name }
  const { namespace, object } = place(manifest, isNamespaced, options.namespace)
  const { operation } = options
  const request = {
    uid: randomUUID(),
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    ...(manifest.metadata?.['name'] === undefined ? {} : { name: manifest.metadata['name'] }),
    ...(namespace === undefined ? {} : { namespace }),
    operation,
    userInfo: { username: options.user, groups: options.groups },
    object: operation === 'DELETE' ? null : object,
    oldObject: operation === 'DELETE' ? object : (options.oldObject ?? null),
    dryRun: false,
    options: { apiVersion: 'meta.k8s.io/v1', kind: OPTIONS_KIND[operation] },
  }
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }
}

const OPTIONS_KIND = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const

function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) }
}

// The API server writes the request's namespace into the object; a Namespace's request is in itself.
function place(manifest: Manifest, isNamespaced: boolean | undefined, fallback: string) {
  const own = manifest.metadata?.['namespace']
  if (manifest.kind === 'Namespace' && isNamespaced === false)
    return { namespace: manifest.metadata?.['name'], object: manifest }
  if (isNamespaced === false || own !== undefined) return { namespace: own, object: manifest }
  // of a custom resource without a namespace nobody knows whether it has one
  if (isNamespaced === undefined) return { namespace: undefined, object: manifest }
  return { namespace: fallback, object: { ...manifest, metadata: { ...manifest.metadata, namespace: fallback } } }
}
