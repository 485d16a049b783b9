import t from 'tap'
import { KubeClient } from '../../../kube/requests/kube-client.ts'
import { DenialEvents } from '../../../shim/events/denial-events.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { until } from '../../helpers/until.ts'

const DENIED = { at: new Date(), origin: 'validate', uid: 'u', policies: [], micros: 1, allowed: false } as const

function attributesOf(name: string, resource = 'configmaps') {
  const kind = { group: '', version: 'v1', kind: 'Any' }
  return { operation: 'CREATE', kind, resource: { group: '', version: 'v1', resource }, namespace: 'n', name }
}

async function observeAll(
  t: { teardown(action: () => unknown): void },
  decisions: Parameters<DenialEvents['observe']>[0][],
) {
  const written: { readonly note: string; readonly regarding: { readonly name: string } }[] = []
  const site = await startHttpsSite(async (request, response) => {
    written.push(JSON.parse((await request.toArray()).join('')))
    response.end('{}')
  })
  const client = new KubeClient({ server: new URL(site.url), tls: {} })
  const events = new DenialEvents({ client, instance: 'host', log: SILENT_LOG })
  t.teardown(async () => {
    await events[Symbol.asyncDispose]()
    client[Symbol.dispose]()
    await site[Symbol.asyncDispose]()
  })
  for (const decision of decisions) events.observe(decision)
  // written in order: when this one is there, all before it are
  events.observe({ ...DENIED, attributes: attributesOf('end') })
  return { written, events }
}

t.test('denials are told, one of a kind; what was allowed, dry, an audit or raw is not', async (t) => {
  const { written } = await observeAll(t, [
    { ...DENIED, attributes: attributesOf('a'), reason: 'no' },
    { ...DENIED, attributes: attributesOf('a'), reason: 'no' },
    { ...DENIED, attributes: attributesOf('b'), allowed: true },
    { ...DENIED, attributes: { ...attributesOf('c'), dryRun: true } },
    { ...DENIED, attributes: attributesOf('d'), origin: 'audit' },
    {
      at: new Date(),
      origin: 'validate',
      uid: 'u',
      policies: [],
      micros: 1,
      error: 'late',
      attributes: attributesOf('e'),
    },
    DENIED,
  ])
  await until(() => written.some(({ regarding }) => regarding.name === 'end'))
  t.strictSame(
    written.map(({ regarding, note }) => [regarding.name, note]),
    [
      ['a', 'no'],
      ['end', 'denied without a message'],
    ],
  )
})

t.test('a message about a Secret may quote it, and is left out', async (t) => {
  const { written } = await observeAll(t, [{ ...DENIED, attributes: attributesOf('a', 'secrets'), reason: 'hunter2' }])
  await until(() => written.length === 2)
  t.equal(written[0]?.note, '(redacted)')
})

t.test('a flood is cut off, and counted', async (t) => {
  const flood = Array.from({ length: 500 }, (_, index) => ({ ...DENIED, attributes: attributesOf(`a-${index}`) }))
  const { written, events } = await observeAll(t, flood)
  t.ok(events.dropped >= 450, `${events.dropped} of 501`)
  await until(() => written.length > 0)
})
