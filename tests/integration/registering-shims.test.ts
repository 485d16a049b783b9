import t, { type Test } from 'tap'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { askShim } from '../../shim/admin/admin-client.ts'
import { planLeases } from '../../upkeep/uninstall/plan-leases.ts'
import { buildAnsweringGuest } from '../helpers/guests.ts'
import { type ShimMember, startRegisteringShims } from '../helpers/registering-shims.ts'
import type { TestPolicy } from '../helpers/shim.ts'
import { until } from '../helpers/until.ts'

const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const GUARDED = {
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets', 'namespaces'] }],
  namespaceSelector: { matchLabels: { guarded: 'yes' } },
}
const MERGE = 'application/merge-patch+json'
const OBJECTS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse'

t.setTimeout(120_000)

function denying(message: string, fields: object = {}): TestPolicy {
  const answer = { valid: true, accepted: false, message }
  return { guest: buildAnsweringGuest(JSON.stringify(answer)), rules: CONFIG_MAPS, ...fields }
}

/** What the API server says to a new ConfigMap: the policies' messages, or that it was created. */
async function ask({ api }: ShimMember, query = '?dryRun=All'): Promise<string> {
  const path = `/api/v1/namespaces/default/configmaps${query}`
  const { status, text } = await api.call('POST', path, { metadata: { generateName: 'a-' } })
  if (status === 201) return 'created'
  return `${status} ${(JSON.parse(text) as { message: string }).message}`
}

async function createSecret({ api }: ShimMember, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/secrets?dryRun=All`
  return (await api.call('POST', path, { metadata: { name: 'a' } })).text
}

function policies(message: string) {
  return { rule: denying(message), guarded: denying('guarded', GUARDED) }
}

const readObject = ({ api }: ShimMember) => api.call('GET', OBJECTS)

t.test('three API servers, three shims, one etcd', async (t: Test) => {
  const members = await startRegisteringShims(t, 3, policies('old'), { selectors: 'shim', events: true })
  const [first, second, third] = members as [ShimMember, ShimMember, ShimMember]
  const allSay = (pattern: RegExp) => async () =>
    (await Promise.all(members.map((m) => ask(m)))).every((said) => pattern.test(said))

  await t.test('with the first of the shims the policies are in force everywhere but where no shim is', async (t) => {
    await first.start()
    await until(async () => /old/.test(await ask(first)))
    // fails closed: nobody answers there yet
    await until(async () => /^500 .*no such file/.test(await ask(second)))
    await Promise.all([second.start(), third.start()])
    await until(allSay(/: old$/))
    t.match(JSON.parse((await readObject(second)).text), {
      metadata: { annotations: { 'gatehouse.internal/set': /^[0-9a-f]+$/ } },
    })
  })

  await t.test('a denial is told as an Event beside the object that was not made, a dry run is not', async (t) => {
    const readEvents = async () => {
      const { text } = await first.api.call('GET', '/apis/events.k8s.io/v1/namespaces/default/events')
      const { items } = JSON.parse(text) as { items: Record<string, unknown>[] }
      return items.filter(({ reportingController }) => reportingController === 'gatehouse.internal/shim')
    }
    t.strictSame(await readEvents(), [])
    await ask(first, '')
    await until(async () => (await readEvents()).length > 0)
    t.match((await readEvents())[0], {
      reason: 'PolicyDenied',
      action: 'CREATE',
      note: 'policy rule: old',
      regarding: { kind: 'ConfigMap', namespace: 'default' },
    })
  })

  await t.test('namespaceSelectors are decided by the shim, for namespaces of this very moment too', async (t) => {
    const { webhooks } = JSON.parse((await readObject(first)).text) as { webhooks: { namespaceSelector: object }[] }
    t.strictSame(
      webhooks.map(({ namespaceSelector }) => namespaceSelector),
      [{}],
    )
    for (const [index, member] of members.entries()) {
      const name = `n-${index}`
      const other = members[(index + 1) % 3] ?? member
      await member.api.must('POST', '/api/v1/namespaces', { metadata: { name } })
      await until(async () => !/namespaces .* not found/.test(await createSecret(other, name)))
      t.notMatch(await createSecret(other, name), /denied/)
      await member.api.must('PATCH', `/api/v1/namespaces/${name}`, { metadata: { labels: { guarded: 'yes' } } }, MERGE)
      await until(async () => /policy guarded: guarded/.test(await createSecret(other, name)))
    }
    const namespace = (guarded: string) => ({ metadata: { name: 'written', labels: { guarded } } })
    const write = (guarded: string) => first.api.call('POST', '/api/v1/namespaces?dryRun=All', namespace(guarded))
    t.match((await write('yes')).text, /policy guarded: guarded/)
    t.equal((await write('no')).status, 201)
  })

  await t.test(
    'under load a new set is decided by when every shim has it: none failed, none between, none behind',
    async (t) => {
      const load = startLoad(members)
      await first.change(policies('new'))
      await third.change(policies('new'))
      await until(() => first.logged.some(({ message }) => /when these shims answer/.test(String(message))))
      const { registration } = await askShim(first.adminSocket, 'GET /status')
      t.match(registration.apiObjects, { writes: true, registered: /./, waitingFor: [/^gatehouse-shim-/] })
      t.not(registration.apiObjects?.registered, registration.digest)
      t.ok(await allSay(/: old$/)(), 'the set before decides, on the shims that have the new one too')
      await second.change(policies('new'))
      await until(allSay(/: new$/))
      const said = await load.stop()
      t.ok(said.length > 10, `${said.length} requests`)
      t.strictSame(
        said.filter((text) => !/denied the request: policy rule: (old|new)$/.test(text)),
        [],
      )
      t.ok(await allSay(/: new$/)())
    },
  )

  await t.test('an object that somebody deletes or weakens is put back', async (t) => {
    await second.api.must('DELETE', OBJECTS)
    await until(async () => (await readObject(second)).status === 200)
    await until(allSay(/: new$/))
    await second.api.must('PATCH', OBJECTS, { webhooks: [] }, MERGE)
    await until(async () => /combined/.test((await readObject(second)).text))
    await until(allSay(/: new$/))
    t.pass()
  })

  await t.test('groups that another server answers for are left out of wildcards once it is there', async (t) => {
    const everywhere = denying('everywhere', {
      rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: ['configmaps'] }],
    })
    for (const member of members) await member.change({ ...policies('new'), everywhere })
    await until(allSay(/everywhere/))
    t.notMatch((await readObject(first)).text, 'aggregated-groups')
    const group = { group: 'wardle.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15 }
    await second.api.must('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
      metadata: { name: 'v1.wardle.example.com' },
      spec: { ...group, insecureSkipTLSVerify: true, service: { namespace: 'default', name: 'wardle' } },
    })
    await until(async () => /aggregated-groups.*wardle\.example\.com/.test((await readObject(first)).text))
    t.ok(await allSay(/everywhere/)())
    for (const member of members) await member.change(policies('new'))
    await until(allSay(/: new$/))
  })

  await t.test(
    'when the shim that writes is restarted, another one writes, and it is trusted when it is back',
    async (t) => {
      await first.stop()
      await until(() =>
        [second, third].some(({ logged }) => logged.some(({ message }) => message === 'holds the lease')),
      )
      await second.api.must('DELETE', OBJECTS)
      await until(async () => (await readObject(second)).status === 200)
      await first.start()
      await until(allSay(/: new$/))
      t.pass()
    },
  )

  await t.test('when a shim is replaced by a successor, no request fails, and its successor takes part', async (t) => {
    const writer = (await findWriter(members)) ?? first
    const load = startLoad(members)
    await writer.takeOver()
    await Promise.all(members.map((member) => member.change(policies('last'))))
    await until(allSay(/: last$/))
    const said = await load.stop()
    t.strictSame(
      said.filter((text) => !/policy rule: (new|last)$/.test(text)),
      [],
    )
    await until(async () => (await findWriter(members)) !== undefined)
  })

  await t.test('what is left when shims have gone can be taken away, and not before', async (t) => {
    using client = new KubeClient(await readKubeconfig(first.kubeconfig))
    const plan = async (laterMs: number) => {
      const steps = await planLeases(client, new Date(Date.now() + laterMs))
      return steps.map(({ action, what }) => `${action} ${what.replace(/-[0-9a-f]{8}$/, '')}`)
    }
    t.match(await plan(0), [/^leave shim gatehouse-shim-/, /^leave/, /^leave/])
    t.match(await plan(120_000), [
      /^remove Lease kube-system\/gatehouse-shim-/,
      /^remove/,
      /^remove/,
      /gatehouse-registration$/,
    ])
  })
})

/** The shim that says that it writes. */
async function findWriter(members: readonly ShimMember[]): Promise<ShimMember | undefined> {
  const writes = await Promise.all(
    members.map(async ({ adminSocket }) => (await askShim(adminSocket, 'GET /status')).registration.apiObjects?.writes),
  )
  return members[writes.indexOf(true)]
}

function startLoad(members: readonly ShimMember[]) {
  const said: string[] = []
  let isOver = false
  const running = members.map(async (member) => {
    while (!isOver) said.push(await ask(member))
  })
  return {
    async stop() {
      isOver = true
      await Promise.all(running)
      return said
    },
  }
}
