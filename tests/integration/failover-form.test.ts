import t from 'tap'
import { askShim } from '../../shim/admin/admin-client.ts'
import type { ApiObjectsOptions } from '../../shim/registration-options.ts'
import { buildAnsweringGuest } from '../helpers/guests.ts'
import { createPodKubeconfig } from '../helpers/pod-kubeconfig.ts'
import { createService, SERVICE, startPolicyServer } from '../helpers/policy-server.ts'
import { startRegisteringShims } from '../helpers/registering-shims.ts'
import { HOST } from '../helpers/shim.ts'
import { until } from '../helpers/until.ts'

const VALIDATING = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse'
const TIMES = {
  election: { leaseDurationMs: 2000, renewDeadlineMs: 1500, retryPeriodMs: 200 },
  memberMs: 2000,
  returnMs: 3000,
}
const DENIED = /denied the request: no$/

t.setTimeout(120_000)

t.test('when a shim is gone, the webhooks go to the Service, and come back with it', async (t) => {
  const answer = JSON.stringify({ valid: true, accepted: false, message: 'no' })
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const policies = { rule: { guest: buildAnsweringGuest(answer), rules } }
  const common = { registration: 'combined', exclusions: 'default', times: TIMES } as const
  // the port is known only when the policy server listens, so that a free one is taken from one that is gone
  const { port, stop } = await startPolicyServer(t, {})
  await stop()
  const apiObjects: ApiObjectsOptions = { ...common, host: HOST, service: { ...SERVICE, port } }
  const [shim] = await startRegisteringShims(t, 1, policies, { apiObjects })
  if (shim === undefined) throw new Error('no shim')
  const { api } = shim
  await createService(api)
  const readForm = async () => {
    const { text } = await api.call('GET', VALIDATING)
    const [entry] =
      (JSON.parse(text) as { webhooks?: { clientConfig: { url?: string; service?: object } }[] }).webhooks ?? []
    return entry?.clientConfig
  }
  const say = async (namespace = 'default') => {
    const { status, text } = await api.call('POST', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, {
      metadata: { generateName: 'a-' },
    })
    return status === 201 ? 'created' : `${(JSON.parse(text) as { message: string }).message}`
  }
  const denied = async () => DENIED.test(await say())

  await t.test('while there is no policy server, a shim is asked on its socket, or nobody', async (t) => {
    await shim.start()
    await until(denied)
    t.match(await readForm(), { url: /^https:\/\/admission\.gatehouse\.internal\/combined\// })
  })

  await t.test('nobody is asked about the namespace of the policy servers, which have to come up', async (t) => {
    t.equal(await say(SERVICE.namespace), 'created')
  })

  const server = await startPolicyServer(t, policies, {
    https: { host: '127.0.0.1', port },
    kubeconfig: await createPodKubeconfig(t, shim, SERVICE.namespace, {
      events: false,
      standIn: { selectors: 'api-server' },
    }),
    apiObjects: {
      ...common,
      host: HOST,
      service: { ...SERVICE, port },
      role: 'policy-server',
    },
  })

  await t.test('a shim that ends is replaced by the Service, which knows the same set', async (t) => {
    await shim.stop()
    t.match(await say(), /failed calling webhook .*no such file/, 'refused until then, and not allowed')
    const said = new Set<string>()
    await until(async () => {
      said.add((await say()).replace(/.*no such file.*/, 'refused'))
      return (await readForm())?.service !== undefined
    })
    await until(denied)
    for (let i = 0; i < 20; i++) t.ok(await denied())
    said.delete('refused')
    t.ok(
      [...said].every((text) => DENIED.test(text)),
      [...said].join(),
    )
    t.match(await readForm(), { service: { ...SERVICE, port, path: /^\/combined\// } })
    t.ok(
      server.logged.some(
        ({ message, absent }) =>
          /sent to the Service/.test(String(message)) && `${absent}`.startsWith('gatehouse-shim'),
      ),
    )
  })

  await t.test('what somebody changes meanwhile is put back, in the form that is due', async (t) => {
    await api.must('PATCH', VALIDATING, { webhooks: [] }, 'application/merge-patch+json')
    await until(async () => (await readForm())?.service !== undefined)
    await until(denied)
    t.pass()
  })

  await t.test(
    'a shim that is back is asked again when it has lived for a while; no request is lost to the change',
    async (t) => {
      await shim.start()
      const said = new Set<string>()
      await until(async () => {
        said.add(await say())
        return (await readForm())?.url !== undefined
      })
      for (let i = 0; i < 20; i++) said.add(await say())
      t.ok(
        [...said].every((text) => DENIED.test(text)),
        [...said].join(),
      )
      t.ok(server.logged.some(({ message }) => /sent to the shims again/.test(String(message))))
    },
  )

  await t.test('the rights that `gatehouse install --stand-in` prints were enough for that', async (t) => {
    t.strictSame(
      server.logged.filter((line) => /forbidden/.test(JSON.stringify(line))),
      [],
    )
  })

  await t.test('with the policy servers gone too, there is nobody to be sent to', async (t) => {
    await server.stop()
    await until(async () => {
      const { registration } = await askShim(shim.adminSocket, 'GET /status')
      return registration.apiObjects?.writes === true && registration.apiObjects.form === 'url'
    })
    t.ok(await denied())
  })
})
