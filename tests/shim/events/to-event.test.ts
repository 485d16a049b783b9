import t from 'tap'
import { toEvent } from '../../../shim/events/to-event.ts'

const NOW = new Date('2026-01-01T00:00:00Z')
const DEPLOYMENT = {
  operation: 'CREATE',
  kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
  resource: { group: 'apps', version: 'v1', resource: 'deployments' },
}

t.test('an event lies beside its object and names it', async (t) => {
  const event = toEvent({ attributes: { ...DEPLOYMENT, namespace: 'n', name: 'a' }, message: 'no' }, 'host', NOW)
  t.match(event, {
    metadata: { namespace: 'n' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    regarding: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'n', name: 'a' },
    action: 'CREATE',
    note: 'no',
  })
})

t.test('events of objects of the cluster lie in the namespace default, those of Namespaces too', async (t) => {
  const node = { ...DEPLOYMENT, kind: { group: '', version: 'v1', kind: 'Node' }, name: 'a' }
  t.match(toEvent({ attributes: node, message: '' }, 'host', NOW).metadata, { namespace: 'default' })
  const namespace = { ...DEPLOYMENT, kind: { group: '', version: 'v1', kind: 'Namespace' }, name: 'n', namespace: 'n' }
  const event = toEvent({ attributes: namespace, message: '' }, 'host', NOW)
  t.equal(event.metadata.namespace, 'default')
  t.strictSame(event.regarding, { apiVersion: 'v1', kind: 'Namespace', name: 'n' })
})

t.test('an object without a name yet has none in its event', async (t) => {
  t.notOk(
    'name' in toEvent({ attributes: { ...DEPLOYMENT, namespace: 'n', name: '' }, message: '' }, 'host', NOW).regarding,
  )
})

t.test('a long message is cut where the API server ends, between two characters', async (t) => {
  const { note } = toEvent({ attributes: DEPLOYMENT, message: 'ü'.repeat(1000) }, 'host', NOW)
  t.match(note, /^ü+…$/)
  t.ok(Buffer.byteLength(note) <= 1024)
  t.ok(Buffer.byteLength(note) > 1000)
})
