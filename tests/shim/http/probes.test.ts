import { readFile } from 'node:fs/promises'
import t from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { send, startShim } from '../../helpers/shim.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }

t.test('the shim is ready with bad policies, too, and names them', async (t) => {
  await using test = await startShim(t, {
    good: { guest: buildGuest('accept') },
    bad: { guest: buildGuest('deny-settings') },
  })
  const { status, text } = await test.call('GET', '/readiness')
  t.equal(status, 200)
  t.match(JSON.parse(text), { ready: true, policies: 2, failed: { bad: /^Policy settings are invalid/ } })
  t.equal((await test.call('GET', '/livez')).status, 200)
  const head = await test.call('HEAD', '/readiness')
  t.strictSame([head.status, head.text], [200, ''])
})

t.test('in webhook mode reviews come over HTTPS, and the port for probes answers nothing else', async (t) => {
  const policies = { good: { guest: buildGuest('accept') } }
  await using test = await startShim(t, policies, { https: ANY_PORT, probes: ANY_PORT })
  const [, https, probes] = test.shim.addresses.map((address) => Number(address.split(':')[1]))
  const review = { method: 'POST', path: '/validate/good', headers: { 'content-type': 'application/json' } }
  const ca = await readFile(test.authority)
  const verdict = await send(
    { ...review, host: '127.0.0.1', servername: 'admission.gatehouse.internal', port: https, ca },
    admissionReview(),
  )
  t.match(JSON.parse(verdict.text), { response: { allowed: true } })
  t.equal((await send({ host: '127.0.0.1', port: probes, path: '/readiness' })).status, 200)
  const refused = await send({ ...review, host: '127.0.0.1', port: probes }, admissionReview())
  t.equal(refused.status, 404)
  t.match(refused.text, 'only probes are answered on this port')
})
