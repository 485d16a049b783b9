import { writeFileSync } from 'node:fs'
import type { Agent } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { buildAnsweringGuest, buildGuest, MINIMAL_METADATA } from '../../helpers/guests.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { type Answer, send, startShim, type TestPolicies, type TestShim, writePolicies } from '../../helpers/shim.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'
import { agentFor, openTunnel } from '../../helpers/tunnel.ts'
import { until } from '../../helpers/until.ts'

// too large for the front, so that it needs a thread
const says = (message: string) => ({
  guest: buildAnsweringGuest(JSON.stringify({ valid: true, accepted: false, message }), MINIMAL_METADATA, {
    minPages: 100,
  }),
})
const SAID_BY_FALLBACK = { status: 200, text: /the fallback says no/ }

/** A shim that serves HTTPS with these policies, and what another one needs to fall back to it. */
async function startFallback(
  t: Test,
  policies: TestPolicies = { a: says('the fallback says no'), loop: says('the fallback says no') },
) {
  const test = await startShim(t, policies, (folder) => ({
    https: { host: '127.0.0.1', port: 0 },
    certificates: { kind: 'issued', folder: join(folder, 'pki'), hosts: ['gatehouse.system.svc'] },
  }))
  t.teardown(() => test[Symbol.asyncDispose]())
  const port = Number(test.shim.addresses.find((address) => address.startsWith('127.'))?.split(':')[1])
  return { test, fallback: fallbackAt(port, test.authority) }
}

function fallbackAt(port: number, caFile: string) {
  return { host: { host: 'gatehouse.system.svc', port: 443 }, address: { host: '127.0.0.1', port }, caFile }
}

const ask = (test: TestShim, path = '/validate/a?timeout=10s') => test.call('POST', path, admissionReview())

/** Lets a guest that never returns use all the threads of a shim. */
async function occupy(test: TestShim): Promise<{ busy: Promise<Answer> }> {
  const busy = ask(test, '/validate/loop?timeout=10s')
  await until(async () => /threads\{state="busy"\} 1/.test((await test.call('GET', '/metrics')).text))
  return { busy }
}

t.test('a shim whose queue is full passes requests on, and says so', async (t) => {
  const { fallback } = await startFallback(t)
  const policies = { a: says('the shim says no'), loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 1 } }
  await using test = await startShim(t, policies, { workers: 1, queue: 0, fallback })
  t.match(await ask(test), { text: /the shim says no/ })
  t.match((await askShim(test.adminSocket, 'GET /status')).fallback, { answered: 0, failed: 0 })
  const busy = ask(test, '/validate/loop?timeout=10s')
  let passedOn = await ask(test)
  while (/the shim/.test(passedOn.text)) passedOn = await ask(test)
  t.match(passedOn, SAID_BY_FALLBACK)
  t.match((await busy).text, /execution time/)
  t.match(await ask(test), { text: /the shim says no/ })
  t.match(
    (await test.call('GET', '/metrics')).text,
    /fallback_requests_total\{reason="overloaded",result="answered"\} 1/,
  )
  t.match((await askShim(test.adminSocket, 'GET /status')).fallback, {
    address: /^https:\/\/gatehouse\.system\.svc:443 at 127\.0\.0\.1:\d+$/,
    answered: 1,
    last: { reason: 'overloaded' },
  })
  t.match(
    test.logged.filter(({ message }) => message === 'requests are passed on to the fallback'),
    [{ level: 'warn', reason: 'overloaded', why: /0 requests already wait/ }],
  )
})

t.test('a request that has waited half of its time is passed on, instead of waiting in vain', async (t) => {
  const { fallback } = await startFallback(t)
  const policies = { a: says('the shim says no'), loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 9 } }
  await using test = await startShim(t, policies, { workers: 1, queue: 10, fallback })
  const { busy } = await occupy(test)
  t.match(await ask(test, '/validate/a?timeout=2s'), SAID_BY_FALLBACK)
  t.match((await busy).text, /execution time/)
})

t.test('so is one for policies that share an entry, with the bytes that it came with', async (t) => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const policies = {
    a: { guest: buildGuest('accept'), rules },
    b: { ...says('said by both'), rules },
    loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 9 },
  }
  const { fallback } = await startFallback(t, policies)
  await using test = await startShim(t, policies, { workers: 1, queue: 0, fallback })
  const { registration } = await askShim(test.adminSocket, 'GET /status')
  const path = `/combined/${registration.digest}/${registration.entries[0]?.name}?timeout=10s`
  const { busy } = await occupy(test)
  t.match(await ask(test, path), { status: 200, text: /policy b: said by both/ })
  t.match((await askShim(test.adminSocket, 'GET /status')).fallback, { answered: 1, last: { reason: 'overloaded' } })
  await busy
})

t.test('a set or a policy that the shim does not have is asked for at the fallback', async (t) => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const { test: other, fallback } = await startFallback(t, { a: { ...says('the fallback says no'), rules } })
  const { registration } = await askShim(other.adminSocket, 'GET /status')
  const [entry] = registration.entries
  await using test = await startShim(t, { b: says('the shim says no') }, { fallback })
  t.match(await ask(test, `/combined/${registration.digest}/${entry?.name}?timeout=10s`), SAID_BY_FALLBACK)
  t.match(await ask(test), SAID_BY_FALLBACK)
  const nowhere = await ask(test, `/combined/${'0'.repeat(32)}/validate-1?timeout=10s`)
  t.match(nowhere, { status: 503, text: /policy set 0+ is not here.*the fallback .* answered 503/ })
  t.match(await ask(test, '/validate/nowhere'), { status: 503, text: /answered 404/ })
})

t.test('what would be wrong everywhere is not passed on', async (t) => {
  const { fallback } = await startFallback(t)
  await using test = await startShim(t, { a: says('the shim says no') }, { fallback })
  t.equal((await test.call('POST', '/validate/a', '{')).status, 400)
  t.equal((await test.call('GET', '/validate/a')).status, 405)
  t.equal((await test.call('POST', '/validate/a', '{}', { 'content-type': 'text/plain' })).status, 415)
  const passedOn = await test.call('POST', '/validate/other', admissionReview(), { 'gatehouse-forwarded': '1' })
  t.equal(passedOn.status, 404, 'nor what somebody has passed on already')
  t.match((await askShim(test.adminSocket, 'GET /status')).fallback, { answered: 0, failed: 0 })
})

t.test(
  'before its policies can be loaded, a shim is there and its fallback answers; then it answers itself',
  async (t) => {
    const { fallback } = await startFallback(t)
    const places: { folder?: string } = {}
    const broken = { a: { ...says('the shim says no'), policyMode: 'mild' } }
    const starting = startShim(t, broken, (folder) => {
      places.folder = folder
      return { fallback }
    })
    const { folder = '' } = places
    const socketPath = join(folder, 'run/s')
    await until(async () => (await send({ socketPath, path: '/livez' }).catch(() => undefined))?.status === 200)
    const authority = join(folder, 'pki/ca.crt')
    const agent: Agent = agentFor(
      await openTunnel({ socket: socketPath, authority, host: 'admission.gatehouse.internal' }),
    )
    const ask = () =>
      send(
        { agent, method: 'POST', path: '/validate/a?timeout=10s', headers: { 'content-type': 'application/json' } },
        admissionReview(),
      )
    t.match(await ask(), SAID_BY_FALLBACK)
    await until(async () => /policyMode/.test((await send({ socketPath, path: '/readiness' })).text))
    t.match(await send({ socketPath, path: '/readiness' }), { status: 503, text: /"ready":false.*could not load/ })
    t.match((await send({ socketPath, path: '/metrics' })).text, /reason="loading",result="answered"\} 1/)
    writePolicies(folder, { a: says('the shim says no') })
    await using test = await starting
    t.match(await ask(), { status: 200, text: /the shim says no/ }, 'on the same connection')
    agent.destroy()
    t.match(await test.call('GET', '/readiness'), { status: 200 })
    t.match(
      test.logged.filter(({ level }) => level === 'error'),
      [{ message: 'the policies cannot be loaded; trying again', error: /policyMode/ }],
    )
  },
)

t.test('whatever is not a verdict of somebody who is known is none', async (t) => {
  const { test: other, fallback } = await startFallback(t)
  const answers = ['{"response":{"allowed":true}}', 'true', '{"response":{"uid":"1","allowed":"yes"}}', '']
  await using site = await startHttpsSite((request, response) => {
    request.resume()
    response.end(answers[0])
  })
  const siteCa = join(makeShortFolder(t), 'ca.crt')
  writeFileSync(siteCa, site.authority)
  const address = { host: 'localhost', port: Number(new URL(site.url).port) }
  const unverified = { ...fallback, caFile: siteCa }
  const talking = { host: address, caFile: siteCa }
  const gone = { ...fallback, address: { host: '127.0.0.1', port: 1 } }
  const fileless = { ...fallback, caFile: join(makeShortFolder(t), 'none') }
  for (const [given, why] of [
    [unverified, /unable to verify|self-signed/],
    [{ ...fallback, host: { host: 'other.svc', port: 443 } }, /Hostname\/IP does not match/],
    [gone, /ECONNREFUSED/],
    [fileless, /ENOENT/],
  ] as const) {
    await using test = await startShim(t, { b: says('no') }, { fallback: given })
    t.match(await ask(test), { status: 503, text: why }, String(why))
    t.match((await test.call('GET', '/metrics')).text, /reason="policy-missing",result="failed"\} 1/)
    t.match((await askShim(test.adminSocket, 'GET /status')).fallback, { failed: 1, lastFailure: { message: why } })
  }
  await using test = await startShim(t, { b: says('no') }, { fallback: talking })
  while (answers.length > 0) {
    t.match(await ask(test), { status: 503, text: /its answer is no verdict/ }, String(answers[0]))
    answers.shift()
  }
  await other[Symbol.asyncDispose]()
})

t.test('a fallback that hangs costs no more than the time that the request has', async (t) => {
  const waiting: (() => void)[] = []
  await using site = await startHttpsSite((_, response) => void waiting.push(() => response.destroy()))
  const caFile = join(makeShortFolder(t), 'ca.crt')
  writeFileSync(caFile, site.authority)
  const host = { host: 'localhost', port: Number(new URL(site.url).port) }
  await using test = await startShim(t, { b: says('no') }, { fallback: { host, caFile } })
  t.match(await ask(test, '/validate/a?timeout=500ms'), { status: 503, text: /does not answer/ })
  const asked = Array.from({ length: 70 }, () => ask(test, '/validate/a?timeout=25s'))
  await until(() => waiting.length === 65)
  for (const end of waiting) end()
  const said = await Promise.all(asked)
  t.ok(said.every(({ status }) => status === 503))
  const refused = said.filter(({ text }) => /64 requests wait for it already/.test(text))
  t.equal(refused.length, 6, 'and so many at once, no more')
})
