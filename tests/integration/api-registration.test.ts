import { join } from 'node:path'
import t, { type Test } from 'tap'
import { NO_AGGREGATED_GROUPS } from '../../plugin/aggregated-groups.ts'
import { webhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { ApiRegistration } from '../../shim/api-registration/api-registration.ts'
import { joinAuthorities } from '../../shim/api-registration/join-authorities.ts'
import type { Surroundings } from '../../shim/api-registration/offered-sets.ts'
import { connectApiServer } from '../../shim/api-server/connect-api-server.ts'
import { createAuthority } from '../../util/certificates.ts'
import { createLog } from '../../util/log.ts'
import type { Api } from '../helpers/api.ts'
import { createControlPlane } from '../helpers/control-plane.ts'
import { until } from '../helpers/until.ts'

const VALIDATING = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
const MUTATING = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
const MERGE = 'application/merge-patch+json'
const TIMES = {
  election: { leaseDurationMs: 2000, renewDeadlineMs: 1500, retryPeriodMs: 200 },
  memberMs: 2000,
}

const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: '*' }]

const FORGED = { metadata: { annotations: { 'gatehouse.internal/set': 'forged' } } }

interface Registered {
  readonly metadata: { readonly resourceVersion: string; readonly annotations: Record<string, string> }
  readonly webhooks: readonly { readonly clientConfig: { readonly url: string; readonly caBundle: string } }[]
}

t.setTimeout(240_000)

/** A shim's registration whose policy sets are digests that the test chooses; `both` has a mutating policy too. */
async function joinAs(t: Test, folder: string, name: string) {
  const client = await connectApiServer(join(folder, 'kubeconfig'))
  t.teardown(() => client[Symbol.dispose]())
  const { certificate } = await createAuthority({ commonName: name, ...validity })
  const sets = { current: 'one', digests: ['one'] }
  const errors: string[] = []
  const policies = (digest: string) => [
    { id: 'a', mutating: false, rules: RULES },
    ...(digest === 'both' ? [{ id: 'b', mutating: true, rules: RULES }] : []),
  ]
  const registration = new ApiRegistration({
    client,
    name: `gatehouse-shim-${name}`,
    sets: Object.assign(sets, {
      configurationsOf: (digest: string, { caBundle }: Surroundings) =>
        sets.digests.includes(digest)
          ? webhookConfigurations({
              policies: policies(digest),
              combined: { digest },
              client: { host: 'shim.internal' },
              caBundle,
            })
          : undefined,
    }),
    authorities: () => certificate,
    times: TIMES,
    log: createLog({ level: 'error', format: 'json', write: (line) => errors.push(line) }),
  }).start()
  t.teardown(() => registration[Symbol.asyncDispose]())
  return {
    registration,
    certificate,
    errors,
    serve(current: string, ...older: string[]) {
      sets.current = current
      sets.digests = [...older, current]
      registration.refresh()
    },
  }
}

async function readObject(api: Api, path: string): Promise<Registered | undefined> {
  const { status, text } = await api.call('GET', `${path}/gatehouse`)
  return status === 200 ? JSON.parse(text) : undefined
}

function contentOf(object: Registered | undefined): string {
  return JSON.stringify([object?.webhooks, object?.metadata.annotations])
}

t.test('three registrations and one API server', async (t) => {
  const controlPlane = await createControlPlane(t)
  const api = await controlPlane.start()
  const registered = async () => (await readObject(api, VALIDATING))?.metadata.annotations['gatehouse.internal/set']
  const authorities = async () => {
    const { webhooks = [] } = (await readObject(api, VALIDATING)) ?? {}
    return Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString()
  }

  const first = await joinAs(t, controlPlane.folder, 'first')
  await until(async () => (await registered()) === 'one')
  const others = [
    await joinAs(t, controlPlane.folder, 'second'),
    await joinAs(t, controlPlane.folder, 'third'),
  ] as const
  const shims = [first, ...others]
  const bundle = joinAuthorities(shims.map(({ certificate }) => certificate))

  await t.test('one of them writes, and every one is trusted as soon as it is there', async (t) => {
    await until(async () => (await authorities()) === bundle)
    t.strictSame(
      shims.map(({ registration }) => registration.state.isWriter),
      [true, false, false],
    )
    t.equal(
      (await readObject(api, VALIDATING))?.webhooks[0]?.clientConfig.url,
      'https://shim.internal/combined/one/validate-1',
    )
    t.equal(await readObject(api, MUTATING), undefined)
  })

  await t.test('a new set is registered when all answer for it, and not before', async (t) => {
    first.serve('both', 'one')
    others[0].serve('both', 'one')
    await until(() => first.registration.state.waitingFor.length === 1)
    t.strictSame(first.registration.state.waitingFor, ['gatehouse-shim-third'])
    t.equal(await registered(), 'one')
    others[1].serve('both', 'one')
    await until(async () => (await registered()) === 'both')
    await until(async () => (await readObject(api, MUTATING)) !== undefined)
    t.strictSame(first.registration.state, {
      isWriter: true,
      registered: 'both',
      waitingFor: [],
      aggregated: NO_AGGREGATED_GROUPS,
    })
  })

  await t.test('an object that somebody deletes, edits or relabels is put back', async () => {
    const before = await readObject(api, VALIDATING)
    const damages = [
      () => api.must('DELETE', `${VALIDATING}/gatehouse`),
      () => api.must('PATCH', `${VALIDATING}/gatehouse`, { webhooks: [] }, MERGE),
      () => api.must('PATCH', `${VALIDATING}/gatehouse`, FORGED, MERGE),
    ]
    for (const damage of damages) {
      const { resourceVersion } = (await readObject(api, VALIDATING))?.metadata ?? {}
      await damage()
      await until(async () => {
        const now = await readObject(api, VALIDATING)
        return now?.metadata.resourceVersion !== resourceVersion && contentOf(now) === contentOf(before)
      })
    }
    await api.must('DELETE', `${MUTATING}/gatehouse`)
    await until(async () => (await readObject(api, MUTATING)) !== undefined)
  })

  await t.test('while shims differ, the set before is kept in repair, as far as the writer knows it', async (t) => {
    first.serve('next', 'both')
    await until(() => first.registration.state.waitingFor.length === 2)
    await api.must('DELETE', `${VALIDATING}/gatehouse`)
    await until(async () => (await registered()) === 'both')
    first.serve('next')
    await until(() => first.errors.length > 0)
    t.match(first.errors[0], /"registered":"both","inForce":"next".*the registered policies are not here/)
    t.equal(await registered(), 'both')
    first.serve('both')
    await until(() => first.registration.state.waitingFor.length === 0)
  })

  await t.test('when nobody changes anything nothing is written', async (t) => {
    const version = async () => (await api.must('GET', `${VALIDATING}/gatehouse`)).metadata.resourceVersion
    const before = await version()
    for (const { registration } of shims) registration.refresh()
    // what is registered after it, in the same order, is the proof that all of that was looked at
    await api.must('DELETE', `${MUTATING}/gatehouse`)
    await until(async () => (await readObject(api, MUTATING)) !== undefined)
    t.equal(await version(), before)
  })

  await t.test('when the writer stops, another writes, and nobody waits for the one that is gone', async (t) => {
    await first.registration[Symbol.asyncDispose]()
    await until(() => others.some(({ registration }) => registration.state.isWriter))
    for (const other of others) other.serve('last', 'both')
    await until(async () => (await registered()) === 'last')
    await until(async () => (await readObject(api, MUTATING)) === undefined)
    t.equal(await authorities(), bundle, 'it would be trusted if it came back')
  })

  await t.test('after the API server was away, what is registered is looked at again', async (t) => {
    await controlPlane.forget('/registry/validatingwebhookconfigurations/')
    const restarted = await controlPlane.start()
    t.ok(await restarted.call('GET', VALIDATING))
    await until(async () => (await registered()) === 'last')
  })
})
