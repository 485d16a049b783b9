import { join } from 'node:path'
import { packageRoot } from '../../../util/package-root.ts'
import type { Api } from '../api.ts'

/** A request, and what a client may see of the verdict on it. */
export interface VerdictCase {
  readonly title: string
  readonly send: (api: Api) => ReturnType<Api['call']>
  /** Fields of the stored object that a policy may change. */
  readonly shows?: (object: StoredObject) => unknown
  /** Looks into the audit log, in which only requests about the namespace `noted` are. */
  readonly isNoted?: true
}

interface StoredObject {
  readonly metadata: { readonly labels?: unknown }
  readonly spec?: { readonly securityContext?: unknown }
  readonly data?: unknown
}

export interface Verdict {
  readonly status: number
  /** Of a denial, without the names of who denied. */
  readonly message?: string
  readonly warnings?: readonly string[]
  readonly object?: unknown
  /** What policies left in the audit log. */
  readonly noted?: readonly string[]
}

/** The rules of a policy on kinds of the core group. */
export const core = (resources: string[], operations = ['CREATE']) => [
  { apiGroups: [''], apiVersions: ['v1'], resources, operations },
]

/** The module of one of our sample policies. */
export const sample = (name: string) => join(packageRoot(), 'policies', name, 'policy.wasm')

/** Concerns what is in this namespace, which is made for it. */
export const inNamespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
})

/** Where ConfigMaps of a namespace are created. */
export const CONFIG_MAPS = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`

/** A creation, after which one looks at what policies may have changed. */
export const create = (title: string, path: string, body: object): VerdictCase => ({
  title,
  send: (api) => api.call('POST', path, body),
  shows: ({ metadata: { labels }, spec, data }) => ({ labels, securityContext: spec?.securityContext, data }),
})
/** The same of a ConfigMap. */
export const configMap = (title: string, namespace: string, metadata: object = { name: 'one' }) =>
  create(title, CONFIG_MAPS(namespace), { metadata })
