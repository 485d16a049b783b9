import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadPolicySpecs } from '../../../shim/policies/load-policy-specs.ts'
import { isGatehouseError } from '../../../util/errors.ts'
import { RESOURCE } from '../../helpers/policy-files.ts'

async function problemsOf(t: Test, text: string): Promise<string[]> {
  const folder = t.testdir({ 'p.yml': text })
  try {
    await loadPolicySpecs(join(folder, 'p.yml'))
    return []
  } catch (error) {
    if (!isGatehouseError(error, 'ERR_POLICIES_INVALID')) throw error
    const lines = error.message.replaceAll(`${folder}/`, '').split('\n')
    return lines.length === 1 ? lines : lines.slice(1).map((line) => line.trim())
  }
}

t.test('exemptions are read from the policies file', async (t) => {
  const exemption = {
    namespaces: ['legacy'],
    users: ['system:serviceaccount:ci:builder'],
    groups: ['cluster-operators'],
    names: ['debug-*', 'web'],
    until: '2026-12-31T00:00:00+01:00',
    reason: 'ticket 1234',
  }
  const folder = t.testdir({ 'p.yml': JSON.stringify({ a: { module: 'a.wasm', exemptions: [exemption] } }) })
  t.match(await loadPolicySpecs(folder), [{ id: 'a', exemptions: [exemption] }])
})

t.test('everything that is wrong is told at once, each at its line and field', async (t) => {
  const text = `a:
  module: a.wasm
  exemptions:
  - reason: ticket 1
    until: 2026-12-31T00:00:00Z
  - users: [alice*, bob]
    until: tomorrow
    reason: ""
  - groups: [system:authenticated]
    reason: ticket 2
  - names: ["*", "a*b"]
    namespaces: []
    until: 2026-02-30T00:00:00Z
  - user: [alice]
    reason: ticket 3
`
  t.strictSame(await problemsOf(t, text), [
    'p.yml:4: a.exemptions[0]: exempts every request; say whom or what it is for with namespaces, users, groups or names',
    'p.yml:6: a.exemptions[1].users[0]: is "alice*"; only names may end in *, everything else is compared as it is',
    'p.yml:7: a.exemptions[1].until: is "tomorrow"; must be a time as 2026-12-31T00:00:00Z',
    'p.yml:8: a.exemptions[1].reason: is empty',
    'p.yml:9: a.exemptions[2]: exempts every request of system:authenticated; add namespaces, users or names, or name another group',
    'p.yml:12: a.exemptions[3].namespaces: is empty',
    'p.yml:11: a.exemptions[3].names[0]: is "*", which is every name; leave it away',
    'p.yml:11: a.exemptions[3].names[1]: is "a*b"; a * may stand only at the end',
    'p.yml:13: a.exemptions[3].until: is "2026-02-30T00:00:00Z"; must be a time as 2026-12-31T00:00:00Z',
    'p.yml:11: a.exemptions[3].reason: is missing',
    'p.yml:14: a.exemptions[4].user: is not a field here; did you mean users?',
    'p.yml:14: a.exemptions[4]: exempts every request; say whom or what it is for with namespaces, users, groups or names',
  ])
})

t.test('a policy resource has them in an annotation, checked in the same way', async (t) => {
  const annotated = (value: string) =>
    RESOURCE.replace(
      'metadata: {name: no-privileged}',
      `metadata:\n  name: no-privileged\n  annotations:\n    gatehouse.internal/exemptions: ${value}`,
    )
  const block = '|\n      - users: [alice]\n        reason: ticket 1\n'
  const folder = t.testdir({ 'cap.yml': annotated(block) })
  t.match(await loadPolicySpecs(folder), [{ exemptions: [{ users: ['alice'], reason: 'ticket 1' }] }])
  const field = 'p.yml:7: metadata.annotations.gatehouse.internal/exemptions'
  t.strictSame(await problemsOf(t, annotated(`'[{"users": ["alice"]}]'`)), [`${field}[0].reason: is missing`])
  t.match(await problemsOf(t, annotated('"- ["')), [`${field}: is no YAML: `])
  t.strictSame(await problemsOf(t, annotated('""')), [`${field}: must hold one list of exemptions`])
  t.strictSame(await problemsOf(t, annotated('"a: b"')), [`${field}: is a map; must be a list`])
})
