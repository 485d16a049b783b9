import t from 'tap'
import { resourceOfKind } from '../../../cli/requests/resources.ts'

t.test('kinds become the resources under which the API serves them', async (t) => {
  for (const [group, kind, resource] of [
    ['', 'Pod', 'pods'],
    ['', 'Endpoints', 'endpoints'],
    ['', 'ComponentStatus', 'componentstatuses'],
    ['networking.k8s.io', 'Ingress', 'ingresses'],
    ['networking.k8s.io', 'NetworkPolicy', 'networkpolicies'],
    ['storage.k8s.io', 'StorageClass', 'storageclasses'],
    ['discovery.k8s.io', 'EndpointSlice', 'endpointslices'],
    ['gateway.networking.k8s.io', 'Gateway', 'gateways'],
    ['example.com', 'Mesh', 'meshes'],
  ] as const)
    t.equal(resourceOfKind(group, kind).resource, resource)
})

t.test('the scope of built-in kinds is known, that of custom ones is not', async (t) => {
  t.equal(resourceOfKind('apps', 'Deployment').isNamespaced, true)
  t.equal(resourceOfKind('rbac.authorization.k8s.io', 'Role').isNamespaced, true)
  t.equal(resourceOfKind('rbac.authorization.k8s.io', 'ClusterRole').isNamespaced, false)
  t.equal(resourceOfKind('example.com', 'Node').isNamespaced, undefined)
  t.equal(resourceOfKind('constructor', 'Node').isNamespaced, undefined)
})
