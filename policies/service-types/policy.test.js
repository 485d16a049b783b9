import { deepEqual, equal, throws } from 'node:assert/strict'
import test from 'node:test'
import { validate, validateSettings } from './policy.js'

/** What the policy says to a Service with this specification. */
function ask(spec, settings = {}, more = {}) {
  const logged = []
  const host = { log: (_level, _message, data) => logged.push(data) }
  const kind = { group: '', version: 'v1', kind: 'Service' }
  const request = { kind, operation: 'CREATE', object: { metadata: {}, spec }, ...more }
  return { ...validate({ request, settings }, host), ...(logged.length > 0 && { logged }) }
}

test('types that are not wanted are denied, and what a Service without one has is a type too', () => {
  const settings = { denied_types: ['NodePort', 'ClusterIP'] }
  equal(ask({ type: 'NodePort' }, settings).message, 'Services of type NodePort are not wanted')
  equal(ask({}, settings).message, 'Services of type ClusterIP are not wanted')
  deepEqual(ask({ type: 'LoadBalancer' }, settings), { accepted: true })
  deepEqual(ask({ type: 'NodePort' }), { accepted: true })
})

test('addresses may be taken if they are listed, which is logged', () => {
  const settings = { external_ips: ['192.0.2.10'] }
  deepEqual(ask({ externalIPs: ['192.0.2.10'] }, settings), { accepted: true, logged: [{ externalIPs: ['192.0.2.10'] }] })
  const message = '192.0.2.1 is not to be taken; 192.0.2.2 is not to be taken'
  deepEqual(ask({ externalIPs: ['192.0.2.1', '192.0.2.10', '192.0.2.2'] }, settings), { accepted: false, message })
  const both = ask({ type: 'NodePort', externalIPs: ['192.0.2.1'] }, { denied_types: ['NodePort'] })
  equal(both.message, 'Services of type NodePort are not wanted; 192.0.2.1 is not to be taken')
})

test('deletions, subresources and what is being deleted pass', () => {
  const settings = { denied_types: ['NodePort'] }
  const spec = { type: 'NodePort' }
  deepEqual(ask(spec, settings, { operation: 'DELETE', object: undefined }), { accepted: true })
  deepEqual(ask(spec, settings, { operation: 'UPDATE', subResource: 'status' }), { accepted: true })
  const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, spec }
  deepEqual(ask(spec, settings, { operation: 'UPDATE', object: deleted }), { accepted: true })
  equal(ask(spec, settings, { operation: 'UPDATE' }).accepted, false)
})

test('what cannot be judged is an error', () => {
  throws(() => ask({}, {}, { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }), /only Services/)
  throws(() => ask({}, { denied_types: 'NodePort' }), /denied_types: must be a list/)
  throws(() => ask({}, {}, { object: {} }), TypeError)
})

test('settings', () => {
  const valid = [{}, { denied_types: ['ExternalName'], external_ips: ['192.0.2.10'] }]
  for (const settings of valid) deepEqual(validateSettings(settings), { valid: true })
  const refused = {
    'denied_types: must be a list': { denied_types: 'NodePort' },
    'external_ips: must be a list': { external_ips: {} },
    'other is not known; denied_types: X is not a type; external_ips: 7 is not an address': {
      denied_types: ['NodePort', 'X'],
      external_ips: ['192.0.2.10', 7],
      other: true,
    },
  }
  for (const [message, settings] of Object.entries(refused)) {
    deepEqual(validateSettings(settings), { valid: false, message })
  }
})
