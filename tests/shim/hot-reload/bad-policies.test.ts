import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { countReloads, readReadiness, reloadBy, replaceFile } from '../../helpers/reloads.ts'
import { startShim, type TestShim, writePolicies } from '../../helpers/shim.ts'

const ask = (test: TestShim, id: string) => test.call('POST', `/validate/${id}`, admissionReview())

async function expectAllowed(t: Test, test: TestShim, id: string, allowed: boolean): Promise<void> {
  t.match(JSON.parse((await ask(test, id)).text), { response: { allowed } })
}

async function policyStates(test: TestShim): Promise<Record<string, number>> {
  const { text } = await test.call('GET', '/metrics')
  const samples = text.matchAll(/^gatehouse_policies\{state="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries([...samples].map(([, state, count]) => [state, Number(count)]))
}

t.test('a policy that turns out bad keeps its last good version, and the others change without it', async (t) => {
  await using test = await startShim(t, {
    module: { guest: buildGuest('deny') },
    settings: { guest: buildGuest('deny') },
    missing: { guest: buildGuest('deny') },
    other: { guest: buildGuest('deny') },
  })
  await reloadBy(
    test,
    () => {
      writePolicies(test.folder, {
        module: { guest: Buffer.from('nonsense') },
        settings: { guest: buildGuest('deny-settings'), policyMode: 'monitor' },
        missing: { guest: buildGuest('accept'), module: './nowhere.wasm' },
        other: { guest: buildGuest('accept') },
        fresh: { guest: buildGuest('deny-settings') },
      })
    },
    'partial',
  )
  for (const id of ['module', 'settings', 'missing']) await expectAllowed(t, test, id, false)
  await expectAllowed(t, test, 'other', true)
  t.match(await readReadiness(test), {
    policies: 5,
    failed: { fresh: /^Policy settings are invalid: settings refused by the fixture/ },
    outdated: { module: /module\.wasm/, settings: /^Policy settings are invalid/, missing: /nowhere\.wasm/ },
  })
  t.strictSame(await policyStates(test), { served: 1, outdated: 3, failed: 1 })
  const refused = test.logged.filter(
    ({ message }) => message === 'policy failed to load; its last good version keeps answering',
  )
  t.strictSame(new Set(refused.map(({ policyId }) => policyId)), new Set(['module', 'settings', 'missing']))
  t.match(JSON.parse((await ask(test, 'fresh')).text), { response: { allowed: false, status: { code: 500 } } })

  await reloadBy(test, () => {
    writePolicies(test.folder, {
      module: { guest: buildGuest('accept') },
      settings: { guest: buildGuest('accept') },
      missing: { guest: buildGuest('accept') },
      fresh: { guest: buildGuest('accept') },
    })
  })
  for (const id of ['module', 'settings', 'missing', 'fresh']) await expectAllowed(t, test, id, true)
  t.strictSame(await readReadiness(test), { ready: true, policies: 4, failed: {}, outdated: {} })
  t.equal((await ask(test, 'other')).status, 404, 'what was removed is not known any more')
})

t.test('a file that cannot be read as policies changes nothing, and says all that is wrong', async (t) => {
  await using test = await startShim(t, { p: { guest: buildGuest('deny') } })
  const path = join(test.folder, 'policies.yml')
  for (const [text, problem] of [
    ['p: [', /policies\.yml:1: /],
    ['p: {module: p.wasm, policyMode: audit}\nq: {}\n', /2 problems:\n.*p\.policyMode: .*\n.*q\.module: is missing/],
    ['', /is empty; write \{\} for no policies/],
  ] as const) {
    await reloadBy(test, () => replaceFile(path, text), 'failure')
    await expectAllowed(t, test, 'p', false)
    const { policies, reloadError } = await readReadiness(test)
    t.equal(policies, 1)
    t.match(reloadError, problem)
    t.match(test.logged.findLast(({ level }) => level === 'error')?.['error'], problem)
  }
  await reloadBy(test, () => rmSync(path), 'failure')
  t.match(await readReadiness(test), { reloadError: /cannot read policies from .*policies\.yml: ENOENT/ })
  await reloadBy(test, () => writeFileSync(path, '{}'))
  t.strictSame(await readReadiness(test), { ready: true, policies: 0, failed: {}, outdated: {} })
})

t.test('when everything was last in force can be read from the metrics', async (t) => {
  await using test = await startShim(t, { p: { guest: buildGuest('accept') } })
  const lastSuccess = async () => {
    const { text } = await test.call('GET', '/metrics')
    return Number(/^gatehouse_policies_last_success_timestamp_seconds (\S+)$/m.exec(text)?.[1])
  }
  const started = await lastSuccess()
  t.ok(started > 0)
  await reloadBy(test, () => writePolicies(test.folder, { p: { guest: Buffer.from('nonsense') } }), 'partial')
  t.equal(await lastSuccess(), started)
  await reloadBy(test, () => writePolicies(test.folder, { p: { guest: buildGuest('deny') } }))
  t.ok((await lastSuccess()) > started)
})

t.test('only what changed is loaded: the rest is neither compiled nor asked about its settings again', async (t) => {
  const policies = { one: { guest: buildGuest('accept') }, two: { guest: buildGuest('accept') } }
  await using test = await startShim(t, policies)
  const loadedIds = () =>
    test.logged.filter(({ message }) => message === 'policy loaded').map(({ policyId }) => policyId)
  t.equal(loadedIds().length, 2)
  await reloadBy(test, () => writePolicies(test.folder, { ...policies, two: { ...policies.two, settings: { a: 1 } } }))
  t.strictSame(loadedIds().slice(2), ['two'])
  await reloadBy(test, () =>
    writePolicies(test.folder, { ...policies, one: { ...policies.one, policyMode: 'monitor' } }),
  )
  t.strictSame(loadedIds().slice(3), ['two'], 'a mode is not the business of the guest')
  t.match(
    test.logged.findLast(({ message }) => message === 'policies reloaded'),
    { policies: 2, added: [], changed: ['one', 'two'], removed: [], failed: [], outdated: [] },
  )
})

t.test('a reload that is asked for happens though nothing changed', async (t) => {
  await using test = await startShim(t, { p: { guest: buildGuest('accept') } })
  await test.shim.reload()
  t.equal(await countReloads(test, 'success'), 1)
})
