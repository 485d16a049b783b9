import t from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { readReadiness, reloadBy } from '../../helpers/reloads.ts'
import { startShim, type TestPolicy, type TestShim, writePolicies } from '../../helpers/shim.ts'

const YES = { guest: buildGuest('accept') }
const NO = { guest: buildGuest('deny') }

const asGroup = (expression: string, members: Readonly<Record<string, TestPolicy>>, fields: object = {}) => ({
  g: { expression, members, ...fields },
})

async function isAllowed(test: TestShim): Promise<boolean> {
  const { text } = await test.call('POST', '/validate/g', admissionReview())
  return JSON.parse(text).response.allowed
}

const loadedIds = ({ logged }: TestShim) =>
  logged.filter(({ message }) => message === 'policy loaded').map(({ policyId }) => policyId)

t.test('of a group that changes, only the members that did are loaded', async (t) => {
  await using test = await startShim(t, asGroup('a() && b()', { a: YES, b: YES }))
  t.strictSame(loadedIds(test), ['g/a', 'g/b'])
  await reloadBy(test, () => writePolicies(test.folder, asGroup('a() && b()', { a: YES, b: NO })))
  t.strictSame(loadedIds(test).slice(2), ['g/b'])
  t.equal(await isAllowed(test), false)
  await reloadBy(test, () => writePolicies(test.folder, asGroup('a() || b()', { a: YES, b: NO })))
  t.strictSame(loadedIds(test).slice(3), [], 'an expression is no business of the members')
  t.equal(await isAllowed(test), true)
  await reloadBy(test, () => writePolicies(test.folder, asGroup('c() || b()', { c: YES, b: NO })))
  t.strictSame(loadedIds(test).slice(3), ['g/c'], 'a member is known by its name')
  t.match(
    test.logged.findLast(({ message }) => message === 'policies reloaded'),
    { policies: 1, changed: ['g'] },
  )
})

t.test('a group of which one member turns out bad keeps its last good version, as a whole', async (t) => {
  await using test = await startShim(t, asGroup('a() && b()', { a: NO, b: NO }))
  const bad = { a: YES, b: { guest: buildGuest('deny-settings') } }
  await reloadBy(test, () => writePolicies(test.folder, asGroup('a() || b()', bad)), 'partial')
  t.equal(await isAllowed(test), false)
  t.match(await readReadiness(test), { failed: {}, outdated: { g: /^member b: Policy settings are invalid: / } })
  await reloadBy(test, () => writePolicies(test.folder, asGroup('a() || b()', { a: YES, b: NO })))
  t.equal(await isAllowed(test), true)
  t.strictSame(await readReadiness(test), { ready: true, policies: 1, failed: {}, outdated: {} })
})

t.test('a policy becomes a group and a policy again, without a moment of neither', async (t) => {
  await using test = await startShim(t, { g: NO })
  t.equal(await isAllowed(test), false)
  await reloadBy(test, () => writePolicies(test.folder, asGroup('!a()', { a: NO })))
  t.equal(await isAllowed(test), true)
  await reloadBy(test, () => writePolicies(test.folder, { g: { guest: Buffer.from('nonsense') } }), 'partial')
  t.equal(await isAllowed(test), true, 'the last good version is the group')
  await reloadBy(test, () => writePolicies(test.folder, { g: NO }))
  t.equal(await isAllowed(test), false)
})

t.test('a member that no expression asks is told of in the log', async (t) => {
  await using test = await startShim(t, asGroup('a()', { a: YES, b: YES }))
  t.match(
    test.logged.find(({ level }) => level === 'warn'),
    { policyId: 'g', member: 'b' },
  )
})
