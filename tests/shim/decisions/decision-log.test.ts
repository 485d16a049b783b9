import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import type { Decision } from '../../../shim/decisions/decision.ts'
import { DecisionLog } from '../../../shim/decisions/decision-log.ts'
import { createStreamSink } from '../../../shim/decisions/line-sink.ts'
import { createLog } from '../../../util/log.ts'
import { entryPath } from '../../helpers/entries.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim, type TestPolicy, type TestShim } from '../../helpers/shim.ts'
import { until } from '../../helpers/until.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const yes = { guest: buildGuest('accept'), rules: RULES }
const no = { guest: buildGuest('deny'), rules: RULES }
const DENIED = { allowed: false, reason: 'denied by the fixture' }

/** A shim that writes its decisions into a file of the test's folder. */
function start(t: Test, policies: Readonly<Record<string, TestPolicy>>, sample = 1, name = 'decisions') {
  const path = join(t.testdir(), name)
  return { path, starting: startShim(t, policies, { decisionLog: { path, sample } }) }
}

/** Ends the shim, which writes what it still has, and reads all lines. */
async function readLines(test: TestShim, path: string): Promise<Record<string, unknown>[]> {
  await test[Symbol.asyncDispose]()
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

t.test('each answered review is a line: verdict, policy, times', async (t) => {
  const { path, starting } = start(t, { yes, no })
  const test = await starting
  await test.call('POST', '/validate/yes', admissionReview())
  await test.call('POST', '/validate/no', admissionReview())
  await test.call('POST', '/validate_raw/no', '{"request": {"uid": "raw", "password": "x"}}')
  await test.call('POST', '/validate/no', 'no JSON')
  const lines = await readLines(test, path)
  t.equal(lines.length, 3, 'what could not be read was no review')
  t.match(lines[0], { user: 'alice', resource: 'configmaps', allowed: true, policies: [{ id: 'yes', allowed: true }] })
  t.match(lines[1], { ...DENIED, origin: 'validate', policies: [{ id: 'no', ...DENIED }] })
  const { timestamp, micros, policies, ...raw } = lines[2] ?? {}
  t.match(raw, { origin: 'validate_raw', uid: 'raw', ...DENIED })
  t.notOk('user' in raw || 'password' in raw)
  for (const line of lines) {
    const [{ micros: inner = 0 } = {}] = line['policies'] as { micros?: number }[]
    t.ok(Number.isInteger(inner) && inner > 0 && Number.isInteger(line['micros']) && Number(line['micros']) >= inner)
  }
})

t.test('a request to an entry is one line that names all of its policies', async (t) => {
  const { path, starting } = start(t, { yes, no, exempt: { ...no, exemptions: [{ users: ['alice'], reason: 'why' }] } })
  const test = await starting
  await test.call('POST', await entryPath(join(test.folder, 'policies.yml')), admissionReview())
  const lines = await readLines(test, path)
  t.equal(lines.length, 1)
  const { policies, ...line } = lines[0] ?? {}
  t.match(line, { allowed: false, reason: 'policy no: denied by the fixture' })
  const byId = (policies as { id: string }[]).sort((one, other) => (one.id < other.id ? -1 : 1))
  t.match(byId, [
    { id: 'exempt', allowed: true, exempted: 'why' },
    { id: 'no', ...DENIED },
    { id: 'yes', allowed: true },
  ])
})

t.test('it shows what the answer does not: monitor mode, disabling, a mutation, a failure', async (t) => {
  const { path, starting } = start(t, {
    yes,
    no,
    monitored: { ...no, policyMode: 'monitor' },
    broken: { guest: Buffer.from('no module') },
    trap: { guest: buildGuest('trap') },
  })
  const test = await starting
  await test.call('POST', '/validate/monitored', admissionReview())
  t.equal((await test.call('POST', '/validate/broken', admissionReview())).status, 503)
  await test.call('POST', '/validate/trap', admissionReview())
  await askShim(test.adminSocket, 'POST /disable', { forMs: 60_000, policyId: 'no' })
  await test.call('POST', '/validate/no', admissionReview())
  const [monitored, broken, trap, disabled] = await readLines(test, path)
  t.match(monitored, { allowed: true, policies: [{ allowed: true, wouldDeny: true, reason: DENIED.reason }] })
  t.match(broken, { error: /could not be loaded/, policies: [{ id: 'broken', error: /could not be loaded/ }] })
  t.notOk('allowed' in (broken ?? {}), 'there was no verdict')
  t.match(trap, { allowed: false, code: 500, policies: [{ id: 'trap', code: 500 }] })
  t.match(disabled, { allowed: true, policies: [{ id: 'no', allowed: true, disabled: true }] })
})

t.test('sampling leaves out what was allowed, and nothing else', async (t) => {
  const { path, starting } = start(t, { yes, no, monitored: { ...no, policyMode: 'monitor' } }, 0)
  const test = await starting
  for (const id of ['yes', 'no', 'yes', 'monitored']) await test.call('POST', `/validate/${id}`, admissionReview())
  t.match(await readLines(test, path), [{ policies: [{ id: 'no' }] }, { policies: [{ id: 'monitored' }] }])
})

t.test('a rotated file is left at the next line, or when the shim reloads', async (t) => {
  const { path, starting } = start(t, { yes })
  const test = await starting
  const hasLine = () => readFileSync(path, 'utf8').endsWith('\n')
  await test.call('POST', '/validate/yes', admissionReview())
  await until(hasLine)
  renameSync(path, `${path}.1`)
  await test.call('POST', '/validate/yes', admissionReview({ uid: 'second' }))
  await test.shim.reload()
  t.match(await readLines(test, path), [{ uid: 'second' }])
})

t.test('a log that cannot be written fails no verdict; what is lost is counted, and told once', async (t) => {
  const { path, starting } = start(t, { yes }, 1, 'later/decisions')
  const test = await starting
  const dropped = async () =>
    Number(/^gatehouse_decisions_dropped_total (\d+)$/m.exec((await test.call('GET', '/metrics')).text)?.[1])
  for (let i = 0; i < 3; i++) t.equal((await test.call('POST', '/validate/yes', admissionReview())).status, 200)
  await until(async () => (await dropped()) === 3)
  t.match(
    test.logged.filter(({ level }) => level === 'error'),
    [{ message: 'decisions cannot be written; they are dropped and counted', decisionLog: path, error: /ENOENT/ }],
  )
  mkdirSync(join(path, '..'))
  await test.call('POST', '/validate/yes', admissionReview())
  t.equal((await readLines(test, path)).length, 1)
  t.match(
    test.logged.find(({ message }) => message === 'decisions are written again'),
    { level: 'info', dropped: 3 },
  )
})

t.test('what comes faster than it can be written is dropped, and never kept without bound', async (t) => {
  const logged: Record<string, unknown>[] = []
  const log = createLog({ level: 'info', format: 'json', write: (line) => logged.push(JSON.parse(line)) })
  let dropped = 0
  const stalled = createStreamSink('a reader that never reads', () => new Promise(() => {}))
  const decisions = new DecisionLog({ sink: stalled, sample: 1, log, onDropped: (count) => (dropped += count) })
  const decision: Decision = { at: new Date(), origin: 'validate', uid: 'u', policies: [], allowed: true, micros: 1 }
  for (let i = 0; i < 5000; i++) decisions.observe(decision)
  t.equal(dropped, 5000 - 4096)
  t.match(logged, [{ level: 'error', error: 'they come faster than they can be written' }])
  t.equal(logged.length, 1)
  await decisions[Symbol.asyncDispose]()
  t.pass('and nobody waits for it at the end')
})
