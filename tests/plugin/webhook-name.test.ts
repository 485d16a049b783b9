import fc from 'fast-check'
import t from 'tap'
import { isDnsSubdomain, webhookName } from '../../plugin/webhook-name.ts'

t.test('an id that DNS allows can be read in the name', async (t) => {
  t.equal(webhookName('pod-privileged'), 'pod-privileged.policy.gatehouse.internal')
  t.equal(webhookName('security.pod-privileged'), 'security.pod-privileged.policy.gatehouse.internal')
})

t.test('any other keeps what can be read and adds a hash', async (t) => {
  t.match(webhookName('Pod Privileged'), /^pod-privileged-[0-9a-f]{32}\.encoded\.gatehouse\.internal$/)
  t.match(webhookName('日本'), /^[0-9a-f]{32}\.encoded\.gatehouse\.internal$/)
  t.match(webhookName('x'.repeat(253)), /^x{60}-[0-9a-f]{32}\.encoded/)
})

t.test('every name is a fully qualified DNS name that the API server takes', async (t) => {
  const isAccepted = (id: string) => isDnsSubdomain(webhookName(id)) && webhookName(id).split('.').length >= 3
  const property = fc.property(fc.string({ unit: 'binary', maxLength: 300 }), isAccepted)
  t.doesNotThrow(() => fc.assert(property))
})

t.test('two ids never share a name, even if one is written to look like the other', async (t) => {
  const ids = ['a', 'A', 'a_', 'a-', 'a.b', 'a..b', 'a_b', webhookName('A'), webhookName('A').split('.')[0] ?? '']
  t.equal(new Set(ids.map(webhookName)).size, ids.length)
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      (a, b) => a === b || webhookName(a) !== webhookName(b),
    ),
  )
})

t.test('the same id has the same name in every run', async (t) => {
  t.equal(webhookName('Pod'), 'pod-0a6bb8b01de1015655303abd99d3e33a.encoded.gatehouse.internal')
})
