import { join } from 'node:path'
import t from 'tap'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { packageRoot } from '../../util/package-root.ts'
import { connectApi } from '../helpers/api.ts'
import { asks, denies } from '../helpers/equality/cases/groups.ts'
import { startEqualityRig } from '../helpers/equality/rig.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const PODS = '/api/v1/namespaces/default/pods'

t.setTimeout(600_000)

t.test('a group decides on an API server, with an entry of its own and in a shared one', async (t) => {
  const rig = await startEqualityRig(t, '1.37')
  const members = { signed: denies('x', 'y'), known: denies('x') }
  const single = { rules: 'core/v1 configmaps CREATE', does: denies('z') }
  await rig.register({ trusted: asks('signed() || known()', members), single })
  const messages = ['denied by trusted', 'policy trusted: denied by trusted']
  for (const [index, send] of rig.senders.entries()) {
    const create = async (name: string) => {
      const { status, text } = await send({ method: 'POST', path: `${MAPS}?dryRun=All`, body: { metadata: { name } } })
      return { status, body: JSON.parse(text) }
    }
    const prefix = index === 0 ? '' : 'policy trusted: '
    const denied = await create('x')
    t.equal(denied.status, 400)
    t.match(denied.body, { message: new RegExp(`denied the request: ${messages[index]}$`) })
    t.strictSame(denied.body.details.causes, [
      { field: 'spec.policies.signed', message: `${prefix}no x` },
      { field: 'spec.policies.known', message: `${prefix}no x` },
    ])
    t.equal((await create('y')).status, 201, 'one of them is enough')
    t.match(await create('z'), { status: 403, body: { message: /no z$/ } }, 'the policy beside it denies by itself')
  }
})

t.test('the sample group, as its policies.yml puts it in force', async (t) => {
  const policies = join(packageRoot(), 'policies/privileged-with-owner/policies.yml')
  const cluster = await startLocalCluster({ wasmPolicies: { policies, defaultExclusions: true } })
  t.teardown(() => cluster[Symbol.asyncDispose]())
  const api = await connectApi(cluster.kubeconfig)
  const create = (name: string, labels: object, privileged: boolean) =>
    api.call('POST', PODS, {
      metadata: { name, labels },
      spec: { containers: [{ name: 'c', image: 'c', securityContext: { privileged } }] },
    })
  t.equal((await create('plain', {}, false)).status, 201)
  t.equal((await create('owned', { owner: 'alice', ticket: '1234' }, true)).status, 201)
  const { status, text } = await create('unowned', { owner: 'alice' }, true)
  t.equal(status, 400)
  t.match(JSON.parse(text), {
    message: /denied the request: a privileged Pod needs the labels owner and ticket$/,
    details: {
      causes: [
        { field: 'spec.policies.unprivileged', message: 'Privileged container is not allowed: c' },
        { field: 'spec.policies.owned', message: 'Required labels are missing: ticket' },
      ],
    },
  })
})
