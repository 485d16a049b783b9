import fc from 'fast-check'
import type { RigRequest } from './api-server.ts'
import { deployment, pod, widget } from './fixtures.ts'

const MERGE = 'application/merge-patch+json'
const KEYS = ['app', 'tier', 'made']
const VALUES = ['web', 'db', '']
const NAMESPACES = ['dev', 'dev', 'prod', 'plain']

const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 })
const namespace = fc.constantFrom(...NAMESPACES)
const version = fc.constantFrom('v1', 'v1beta1', 'v1beta1')
const create = (path: string, body: object) => ({ method: 'POST', path, body })
const change = (path: string, body: object) => ({ method: 'PATCH', path, body, contentType: MERGE })
const labelled = <T extends { metadata: object }>(object: T, given: object) => ({
  ...object,
  metadata: { ...object.metadata, labels: given },
})

const bare = fc.oneof(
  fc
    .tuple(namespace, labels)
    .map(([where, given]) =>
      create(`/api/v1/namespaces/${where}/configmaps`, { metadata: { name: 'c', labels: given }, data: { a: '1' } }),
    ),
  fc
    .tuple(namespace, labels)
    .map(([where, given]) => create(`/api/v1/namespaces/${where}/pods`, labelled(pod('p'), given))),
  fc
    .tuple(namespace, labels)
    .map(([where, given]) => create(`/apis/apps/v1/namespaces/${where}/deployments`, labelled(deployment('d'), given))),
  fc.tuple(namespace, labels, version, fc.integer({ min: 0, max: 9 })).map(([where, given, named, size]) =>
    create(`/apis/example.com/${named}/namespaces/${where}/widgets`, {
      ...labelled(widget('w', 'Widget', named), given),
      spec: { size },
    }),
  ),
  fc
    .tuple(labels, version)
    .map(([given, named]) =>
      create(`/apis/example.com/${named}/gadgets`, labelled(widget('g', 'Gadget', named), given)),
    ),
  fc
    .tuple(labels, fc.constantFrom({}, { env: 'dev' }, { env: 'prod' }))
    .map(([given, env]) => create('/api/v1/namespaces', { metadata: { name: 'n', labels: { ...given, ...env } } })),
  labels.map((given) =>
    change('/api/v1/namespaces/dev/configmaps/settings', { metadata: { labels: { app: null, ...given } } }),
  ),
  version.map((named) =>
    change(`/apis/example.com/${named}/namespaces/dev/widgets/w1/scale`, { spec: { replicas: 6 } }),
  ),
  version.map((named) =>
    change(`/apis/example.com/${named}/namespaces/dev/widgets/w1/status`, { status: { size: 6 } }),
  ),
  fc
    .tuple(version, labels)
    .map(([named, given]) =>
      change(`/apis/example.com/${named}/namespaces/dev/widgets/w1`, { metadata: { labels: given } }),
    ),
  fc.constant(change('/api/v1/namespaces/dev/pods/web/status', { status: { message: 'm' } })),
  version.map((named) => ({ method: 'DELETE', path: `/apis/example.com/${named}/namespaces/dev/widgets/w1` })),
  fc
    .constantFrom('/api/v1/namespaces/dev/configmaps/settings', '/api/v1/namespaces/prod')
    .map((path) => ({ method: 'DELETE', path })),
)

/** A request that changes nothing. */
export const request: fc.Arbitrary<RigRequest> = fc
  .tuple(bare, fc.constantFrom({}, {}, { as: 'alice' }))
  .map(([asked, who]) => ({ ...asked, ...who, path: `${asked.path}?dryRun=All` }))
