import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { manyPolicies } from '../../bench/many-policies.ts'
import { ROW_LABEL } from '../../bench/rows.ts'
import { writeServedPolicies } from '../../bench/served-policies.ts'
import type { ModuleContent } from '../../shim/modules/module-content.ts'
import { readPolicySources } from '../../shim/policies/policies-snapshot.ts'
import { describeSources } from '../../shim/registration/set-digest.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const experiment = manyPolicies([3, 2])

async function describeServed() {
  const folder = await mkdtemp(join(tmpdir(), 'gh-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const sources = await readPolicySources(await writeServedPolicies(folder, experiment.served))
  return { sources, set: describeSources(sources, 'api-server') }
}

async function register() {
  const { set } = await describeServed()
  const endpoint = { host: 'shim.test', caBundle: PEM }
  const shim = { socket: endpoint, loopback: endpoint, set }
  const { webhooks, inProcess } = experiment.registrationOf({ floor: { host: 'floor.test', caBundle: PEM }, shim })
  return { set, inProcess, entries: webhooks.flatMap((configuration) => configuration.webhooks ?? []) }
}

t.test('every number of policies has every path, and one is always among them', async (t) => {
  t.strictSame(
    experiment.rows.slice(5).map(({ name, policies, one }) => [name, policies, one]),
    [
      ['cel-1', 1, 'cel-1'],
      ['policies-1', 1, 'policies-1'],
      ['combined-1', 1, 'combined-1'],
      ...[2, 3].flatMap((count) => [
        [`cel-${count}`, count, 'cel-1'],
        [`floor-${count}`, count, 'floor'],
        [`policies-${count}`, count, 'policies-1'],
        [`combined-${count}`, count, 'combined-1'],
      ]),
    ],
  )
})

t.test('the policies of a set are modules of their own, and sets never share an entry', async (t) => {
  const { sources, set } = await describeServed()
  t.equal(new Set([...sources.modules.values()].map((content) => (content as ModuleContent).digest)).size, 3)
  t.strictSame(
    set.plan.entries.map(({ members }) => members),
    [['n01-01'], ['n02-01', 'n02-02'], ['n03-01', 'n03-02', 'n03-03']],
  )
})

t.test("a row's requests select as many entries as it has policies, or one that they share", async (t) => {
  const { entries, inProcess, set } = await register()
  const selected = (row: string) =>
    entries.filter(({ objectSelector }) => objectSelector?.matchExpressions?.[0]?.values?.includes(row))
  t.equal(selected('floor').length, 1)
  t.equal(selected('floor-3').length, 3)
  t.strictSame(
    selected('policies-3').map(({ clientConfig }) => clientConfig.url),
    ['01', '02', '03'].map((rule) => `https://shim.test/validate/n03-${rule}`),
  )
  t.strictSame(
    selected('combined-3').map(({ name, clientConfig }) => [name, clientConfig.url]),
    [['combined-3.bench.gatehouse.internal', `https://shim.test/combined/${set.digest}/validate-3`]],
  )
  const rules = inProcess.filter(([policy]) =>
    policy.spec?.matchConstraints?.objectSelector?.matchExpressions?.[0]?.values?.includes('cel-3'),
  )
  t.equal(rules.length, 3)
  t.equal(new Set(entries.map(({ name }) => name)).size, entries.length, 'the API server counts by name')
})

t.test('each rule is proven by itself on every path that has it', async (t) => {
  const proofs = experiment.proofs.filter(({ row }) => row.name === 'combined-3')
  t.strictSame(
    proofs.map(({ deniedBy }) => deniedBy),
    ['policy n03-01: ', 'policy n03-02: ', 'policy n03-03: '],
  )
  const [, second, third] = proofs.map(({ object }) => Object.keys(object.metadata.labels))
  t.strictSame(second, ['app', 'version', 'rule-01', 'rule-03', ROW_LABEL])
  t.strictSame(third, ['app', 'version', 'rule-01', 'rule-02', ROW_LABEL])
  t.match(proofs[0]?.object.spec?.containers[0], { securityContext: { privileged: true } })
})

t.test('the floor and the rows without a webhook are shown to ask nobody', async (t) => {
  const free = experiment.proofs.filter(({ deniedBy }) => deniedBy === undefined).map(({ row }) => row.name)
  t.strictSame(
    [...new Set(free)],
    ['baseline-shim', 'baseline-floor', 'baseline-none', 'floor', 'floor-again', 'floor-2', 'floor-3'],
  )
})

t.test('every entry of a row is counted', async (t) => {
  const { entries } = await register()
  t.strictSame(experiment.counters.map(({ webhook }) => webhook).sort(), entries.map(({ name }) => name).sort())
})
