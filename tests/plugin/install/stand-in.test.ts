import t from 'tap'
import { needsToken } from '../../../plugin/install/access.ts'
import { deployment } from '../../../plugin/install/deployment.ts'
import { type StandInOptions, standInAccess } from '../../../plugin/install/stand-in.ts'
import { parseFlags } from '../../../shim/parse-flags.ts'
import { toShimFlags } from '../../helpers/pod-flags.ts'

const STAND_IN: StandInOptions = { selectors: 'api-server' }

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

interface Access {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules?: readonly Rule[]
  readonly roleRef?: object
  readonly subjects?: readonly object[]
}

function grant(standIn: Partial<StandInOptions> = {}): readonly Access[] {
  return standInAccess('policies', { ...STAND_IN, ...standIn }) as Access[]
}

/** `verb resource`, or `verb resource/name` where a name is given. */
function rightsOf(kind: string, standIn?: Partial<StandInOptions>): string[] {
  const { rules = [] } = grant(standIn).find((object) => object.kind === kind) ?? {}
  return rules.flatMap(({ resources, resourceNames = [''], verbs }) =>
    resources.flatMap((resource) =>
      resourceNames.flatMap((name) => verbs.map((verb) => `${verb} ${resource}${name && `/${name}`}`)),
    ),
  )
}

function start(standIn: StandInOptions | undefined) {
  const { template } = deployment({
    ...{ namespace: 'policies', image: 'gatehouse:test', replicas: 2, events: false, registration: 'combined' },
    ...{ moduleNames: [], configuration: '' },
    ...(standIn !== undefined && { standIn }),
  }).spec
  const [container] = template.spec.containers
  return { template, options: parseFlags(toShimFlags(container?.args ?? []), 0) }
}

t.test('a pod watches the shims, and registers with them what leads to its Service while one is gone', async (t) => {
  const { template, options } = start(STAND_IN)
  t.strictSame(options.apiObjects, {
    registration: 'combined',
    host: 'admission.gatehouse.internal',
    exclusions: 'default',
    service: { namespace: 'policies', name: 'gatehouse' },
    role: 'policy-server',
  })
  t.match(options, { selectors: 'api-server', kubeconfig: 'in-cluster', socket: undefined })
  t.equal(template.spec.automountServiceAccountToken, true)
})

t.test('it says by which authority API servers know it: that of the Secret with its certificate', async (t) => {
  const { template, options } = start(STAND_IN)
  const [container] = template.spec.containers
  const mount = container?.volumeMounts.find(({ name }) => name === 'tls')
  t.strictSame(options.certificates, {
    kind: 'given',
    certFile: `${mount?.mountPath}/tls.crt`,
    keyFile: `${mount?.mountPath}/tls.key`,
    caFile: `${mount?.mountPath}/ca.crt`,
  })
})

t.test('it is told what the shims have', async (t) => {
  const { options } = start({ selectors: 'shim', shimHost: 'shim.internal:8443', kubernetesVersion: '1.37' })
  t.match(options, {
    selectors: 'shim',
    apiObjects: { host: 'shim.internal:8443', kubernetesVersion: '1.37' },
  })
})

t.test('a pod that stands in for nobody registers nothing', async (t) => {
  const { template, options } = start(undefined)
  t.equal(options.apiObjects, undefined)
  t.equal(options.kubeconfig, undefined)
  t.equal(template.spec.automountServiceAccountToken, needsToken({ events: false }))
  t.equal(template.spec.automountServiceAccountToken, false)
})

t.test(
  'it may change the two webhook configurations and no others, and see which groups others answer for',
  async (t) => {
    const named = ['get', 'list', 'watch', 'update', 'delete']
    t.strictSame(rightsOf('ClusterRole'), [
      ...named.map((verb) => `${verb} validatingwebhookconfigurations/gatehouse`),
      ...named.map((verb) => `${verb} mutatingwebhookconfigurations/gatehouse`),
      'create validatingwebhookconfigurations',
      'create mutatingwebhookconfigurations',
      'list apiservices',
    ])
  },
)

t.test('it may see namespaces only where it decides their selectors', async (t) => {
  const namespaces = (selectors: StandInOptions['selectors']) =>
    rightsOf('ClusterRole', { selectors }).filter((right) => right.endsWith('namespaces'))
  t.strictSame(namespaces('api-server'), [])
  t.strictSame(namespaces('shim'), ['get namespaces', 'list namespaces', 'watch namespaces'])
})

t.test('it may keep Leases where the shims keep theirs, and nowhere else', async (t) => {
  const role = grant().find(({ kind }) => kind === 'Role')
  t.match(role?.metadata, { name: 'gatehouse:stand-in', namespace: 'kube-system' })
  t.strictSame(rightsOf('Role'), [
    ...['get', 'update'].map((verb) => `${verb} leases/gatehouse-registration`),
    ...['list', 'watch', 'create', 'patch', 'delete'].map((verb) => `${verb} leases`),
  ])
})

t.test('both roles are those of the pods, and of nobody else', async (t) => {
  const bindings = grant().filter(({ kind }) => kind.endsWith('Binding'))
  const subjects = [{ kind: 'ServiceAccount', name: 'gatehouse', namespace: 'policies' }]
  t.strictSame(
    bindings.map((binding) => [binding.kind, binding.roleRef, binding.subjects]),
    ['ClusterRole', 'Role'].map((kind) => [
      `${kind}Binding`,
      { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'gatehouse:stand-in' },
      subjects,
    ]),
  )
})
