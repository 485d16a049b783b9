import t from 'tap'
import { parse } from 'yaml'
import { runCommand } from '../../helpers/command.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim, type TestShim } from '../../helpers/shim.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const POLICIES = {
  yes: { guest: buildGuest('accept'), rules, failurePolicy: 'Ignore' },
  no: { guest: buildGuest('deny'), rules },
}

const run = (test: TestShim, ...argv: string[]) => runCommand(...argv, '--admin-socket', test.adminSocket)

t.test('status is a table for people, and JSON or YAML for scripts', async (t) => {
  await using test = await startShim(t, { ...POLICIES, broken: { guest: Buffer.from('no module') } })
  const { code, stdout } = await run(test, 'status')
  t.equal(code, 0)
  t.match(stdout, new RegExp(`^shim +version \\S+, pid ${process.pid}, up \\d+`, 'm'))
  t.match(stdout, /^readiness +ready$/m)
  t.match(stdout, new RegExp(`^listens on +${test.socket}$`, 'm'))
  t.match(stdout, /^policies +3 from .*policies.yml: 2 served$/m)
  t.match(stdout, /^ {2}failed +broken: .+$/m)
  t.match(stdout, /^policy set +[0-9a-f]{32}$/m)
  t.match(
    stdout,
    /^ {2}entry +validate-1: no\n {2}entry +validate-2: yes; apart from validate-1: failurePolicy is Ignore$/m,
  )
  t.match(stdout, /^certificate +for admission.gatehouse.internal, until 20/m)
  t.match(JSON.parse((await run(test, 'status', '-o', 'json')).stdout), { pid: process.pid, readiness: 'ready' })
  t.match(parse((await run(test, 'status', '-o', 'yaml')).stdout), { pid: process.pid, readiness: 'ready' })
})

t.test('policies are listed with state, mode, module and how often they were asked', async (t) => {
  await using test = await startShim(t, POLICIES)
  await test.call('POST', '/validate/no', admissionReview())
  const { stdout } = await run(test, 'policies')
  t.match(
    stdout,
    /^POLICY +STATE +MODE +MUTATING +MODULE +ENTRY +REVIEWS +NOTE\nno +served +protect +no +[0-9a-f]{12} +validate-1 +1\nyes /,
  )
  t.strictSame(
    JSON.parse((await run(test, 'policies', '-o', 'json')).stdout).map(({ id }: { id: string }) => id),
    ['no', 'yes'],
  )
})

t.test('top is shown once where nobody watches', async (t) => {
  await using test = await startShim(t, { ...POLICIES, trap: { guest: buildGuest('trap') } })
  for (const id of ['no', 'yes', 'trap']) await test.call('POST', `/validate/${id}`, admissionReview())
  const { stdout } = await run(test, 'top')
  t.match(stdout, /^no +served +0 +1 +0 +0 +\d\S*s +\d\S*s +\d\S*s$/m)
  t.match(stdout, /^yes +served +1 +0 +0 +0 /m)
  t.match(stdout, /^trap +served +0 +0 +1 +0 .*20\d\d-.+Z .+$/m, 'the last error, in one line')
  t.match(JSON.parse((await run(test, 'top', '-o', 'json')).stdout), [{ traffic: { denied: 1 } }, {}, {}])
})

t.test('disable names the policy and the end; enable ends it', async (t) => {
  await using test = await startShim(t, POLICIES)
  const { code, stdout } = await run(test, 'disable', 'no', '--for', '1h30m')
  t.equal(code, 0)
  t.match(stdout, /^disabled: no until 20\S+Z \(1h30m left\)\n$/)
  t.match((await run(test, 'status')).stdout, /^ {2}disabled +no until 20/m)
  t.match((await run(test, 'policies')).stdout, /^no +disabled .* until 20/m)
  t.equal((await run(test, 'enable', 'no')).stdout, 'enabled: no\n')
  t.equal((await run(test, 'enable')).stdout, 'was not disabled: every policy\n')
})

t.test('a span that is none, too long or left out is refused', async (t) => {
  for (const span of ['24h1s', '10', '0s', 'soon']) {
    const { code, stderr } = await runCommand('disable', 'no', '--for', span)
    t.equal(code, 2, span)
    t.match(stderr, 'Write a duration from 1s to 24h')
  }
  t.match(await runCommand('disable', 'no'), { code: 2, stderr: /required option '--for <duration>'/ })
})

t.test('an unknown policy is refused with those that there are', async (t) => {
  await using test = await startShim(t, POLICIES)
  const { code, stderr } = await run(test, 'disable', 'nope', '--for', '1m')
  t.equal(code, 3)
  t.equal(stderr, 'gatehouse: ERR_POLICY_UNKNOWN: there is no policy "nope"\n  The policies are no, yes.\n')
})

t.test('every command says when no shim listens', async (t) => {
  for (const argv of [['status'], ['policies'], ['top'], ['disable', '--for', '1m'], ['enable']]) {
    const { code, stderr } = await runCommand(...argv, '--admin-socket', '/nowhere/admin.sock')
    t.equal(code, 3, argv.join(' '))
    t.match(stderr, /^gatehouse: ERR_ADMIN_UNREACHABLE: \/nowhere\/admin.sock: no shim listens there: /)
  }
})
