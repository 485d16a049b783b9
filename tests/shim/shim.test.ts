import t from 'tap'
import { buildGuest } from '../helpers/guests.ts'
import { admissionReview } from '../helpers/policies.ts'
import { HOST, send, startShim } from '../helpers/shim.ts'
import { agentFor, openTunnel } from '../helpers/tunnel.ts'

t.test('one connection, as the API server opens it, carries verdict after verdict', async (t) => {
  await using test = await startShim(t, { yes: { guest: buildGuest('accept') }, no: { guest: buildGuest('deny') } })
  const tunnel = await openTunnel({ ...test, host: HOST })
  t.equal(tunnel.getProtocol(), 'TLSv1.3')
  t.equal(tunnel.alpnProtocol, 'http/1.1')
  const agent = agentFor(tunnel)
  for (const [id, allowed] of [
    ['yes', true],
    ['no', false],
    ['yes', true],
  ] as const) {
    const headers = { 'content-type': 'application/json' }
    const options = { agent, method: 'POST', path: `/validate/${id}?timeout=10s`, headers }
    const { status, text } = await send(options, admissionReview())
    t.equal(status, 200)
    t.match(JSON.parse(text), { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response: { allowed } })
  }
  tunnel.destroy()
})
