import { type ChildProcess, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { open, stat, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { type ShimProcess, startProcess } from '../../helpers/shim-process.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

const LOOP = { guest: buildGuest('loop'), timeoutEvalSeconds: 1 }
const ENDLESS = { guest: buildGuest('loop'), timeoutEvalSeconds: 30 }

async function untilBusy({ ask }: ShimProcess): Promise<void> {
  while (!(await ask('/metrics')).text.includes('gatehouse_evaluator_threads{state="busy"} 1'));
}

t.test('it serves until SIGTERM, gives the verdict in flight, and leaves with 0', async (t) => {
  const shim = startProcess(t, { policies: { loop: LOOP } })
  await shim.wrote(' ready ')
  t.match(JSON.parse((await shim.ask('/readiness')).text), { ready: true, policies: 1, failed: {} })
  const answer = shim.ask('/validate/loop', admissionReview())
  await untilBusy(shim)
  shim.child.kill('SIGTERM')
  t.equal((await answer).status, 200)
  t.match(await shim.exited(), { code: 0, stderr: /stopped cutOff=0/ })
  await t.rejects(stat(shim.socket), { code: 'ENOENT' })
})

t.test('a second signal ends it at once, and the exit code says that a request was cut off', async (t) => {
  const shim = startProcess(t, { policies: { loop: ENDLESS } })
  await shim.wrote(' ready ')
  const answer = shim.ask('/validate/loop', admissionReview())
  await untilBusy(shim)
  shim.child.kill('SIGTERM')
  await shim.wrote(' stopping ')
  shim.child.kill('SIGINT')
  await t.rejects(answer)
  t.match(await shim.exited(), { code: 3, stderr: /stopped cutOff=1/ })
})

t.test('so does the end of --grace', async (t) => {
  const shim = startProcess(t, { policies: { loop: ENDLESS }, flags: ['--grace', '0.1'] })
  await shim.wrote(' ready ')
  const answer = shim.ask('/validate/loop', admissionReview())
  await untilBusy(shim)
  shim.child.kill('SIGTERM')
  await t.rejects(answer)
  t.match(await shim.exited(), { code: 3 })
})

t.test('a policy that cannot be loaded is named in the log and by readiness, and the others are served', async (t) => {
  const policies = { good: { guest: buildGuest('accept') }, bad: { guest: Buffer.from('nonsense') } }
  const shim = startProcess(t, { policies, flags: ['--log-fmt', 'json'] })
  await shim.wrote('"ready"')
  const readiness = await shim.ask('/readiness')
  t.equal(readiness.status, 200)
  t.match(JSON.parse(readiness.text), { ready: true, policies: 2, failed: { bad: String } })
  t.match(JSON.parse((await shim.ask('/validate/good', admissionReview())).text), { response: { allowed: true } })
  shim.child.kill('SIGTERM')
  const { stderr } = await shim.exited()
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(
    lines.find(({ message }) => message === 'policy failed to load'),
    { level: 'error', policyId: 'bad' },
  )
})

t.test('the environment of a deployment for Kubewarden is understood, and a flag goes before it', async (t) => {
  const shim = startProcess(t, {
    policies: { good: { guest: buildGuest('accept') } },
    flags: ['--readiness-probe-port', '0', '--addr', '127.0.0.1'],
    env: { KUBEWARDEN_PORT: '0', KUBEWARDEN_READINESS_PROBE_PORT: '70000', KUBEWARDEN_LOG_FMT: 'json' },
  })
  await shim.wrote('"ready"')
  shim.child.kill('SIGTERM')
  const { code, stderr } = await shim.exited()
  t.equal(code, 0)
  const ready = stderr.split('\n').find((line) => line.includes('"ready"')) ?? ''
  t.match(JSON.parse(ready).addresses, [shim.socket, /^127\.0\.0\.1:\d+$/, /^127\.0\.0\.1:\d+$/])
})

t.test('all that is wrong with the flags is said at once', async (t) => {
  const shim = startProcess(t, { policies: {}, flags: ['--workers', 'many', '--socket-mode', '9'] })
  t.match(await shim.exited(), {
    code: 2,
    stderr: /ERR_OPTIONS_INVALID: 2 problems:\n {2}--socket-mode: .*\n {2}--workers: .*\n {2}`gatehouse shim --help`/,
  })
})

t.test('a second shim on the same socket is refused, and the first one goes on', async (t) => {
  const policies = { good: { guest: buildGuest('accept') } }
  const first = startProcess(t, { policies })
  await first.wrote(' ready ')
  const second = startProcess(t, { policies, flags: ['--socket', first.socket] })
  t.match(await second.exited(), { code: 3, stderr: /ERR_SOCKET_IN_USE: .*another process listens on this socket/ })
  t.equal((await first.ask('/livez')).status, 200)
})

t.test('what was left by a shim that was killed is replaced', async (t) => {
  const policies = { good: { guest: buildGuest('accept') } }
  const first = startProcess(t, { policies })
  await first.wrote(' ready ')
  first.child.kill('SIGKILL')
  await first.exited()
  const second = startProcess(t, { policies, flags: ['--socket', first.socket] })
  await second.wrote(' ready ')
  t.equal((await first.ask('/livez')).status, 200)
})

t.test('SIGHUP loads the policies again, changed or not, and ends nothing', async (t) => {
  const shim = startProcess(t, { policies: { good: { guest: buildGuest('accept') } } })
  await shim.wrote(' ready ')
  shim.child.kill('SIGHUP')
  await shim.wrote(' policies reloaded ')
  t.equal((await shim.ask('/livez')).status, 200)
})

async function startHanging(t: Test) {
  const fifo = join(makeShortFolder(t), 'policies.yml')
  execFileSync('mkfifo', [fifo])
  const shim = startProcess(t, { policies: {}, flags: ['--policies', fifo] })
  // opens when the shim opens its end, which then reads until this one is closed
  const writer = await open(fifo, 'w')
  return { shim, writer }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} ends a start that takes long with 0, for nothing was cut off`, async (t) => {
    const { shim, writer } = await startHanging(t)
    shim.child.kill(signal)
    await shim.wrote(' stopped before it was ready')
    await writer.close()
    t.match(await shim.exited(), { code: 0 })
  })
}

t.test('a second signal ends even a start that waits for the kernel', async (t) => {
  const { shim, writer } = await startHanging(t)
  shim.child.kill('SIGTERM')
  await shim.wrote(' stopped before it was ready')
  while (catchesSigint(shim.child)) await setImmediate()
  shim.child.kill('SIGINT')
  await shim.exited()
  // the kernel may have let go of it just before
  t.ok(shim.child.signalCode === 'SIGINT' || shim.child.exitCode === 0)
  await writer.close()
})

/** A shim that has no policies yet, and one request that its fallback has not answered. */
async function startPassingOn(t: Test) {
  const asked = Promise.withResolvers<ServerResponse>()
  const site = await startHttpsSite((_, response) => asked.resolve(response))
  t.teardown(() => site[Symbol.asyncDispose]())
  const folder = makeShortFolder(t)
  const ca = join(folder, 'ca.crt')
  await writeFile(ca, site.authority)
  const nowhere = join(folder, 'policies.yml')
  const flags = ['--policies', nowhere, '--fallback', site.url, '--fallback-ca', ca]
  const shim = startProcess(t, { policies: {}, flags })
  await shim.wrote('trying again')
  const answer = shim.ask('/validate/a?timeout=10s', admissionReview())
  return { shim, answer, response: await asked.promise }
}

t.test('before it has policies SIGTERM waits for the answers of its fallback', async (t) => {
  const { shim, answer, response } = await startPassingOn(t)
  shim.child.kill('SIGTERM')
  await untilDeaf(shim)
  response.end(JSON.stringify({ response: { uid: 'test', allowed: true } }))
  t.match(await answer, { status: 200, text: /"allowed":true/ })
  t.match(await shim.exited(), { code: 0, stderr: /stopped before it was ready cutOff=0/ })
})

t.test('and a second signal cuts them off', async (t) => {
  const { shim, answer } = await startPassingOn(t)
  const cut = t.rejects(answer)
  shim.child.kill('SIGTERM')
  await untilDeaf(shim)
  shim.child.kill('SIGTERM')
  await cut
  t.match(await shim.exited(), { code: 3, stderr: /stopped before it was ready cutOff=1/ })
})

async function untilDeaf({ ask }: ShimProcess): Promise<void> {
  const isRefused = () =>
    ask('/livez').then(
      () => false,
      () => true,
    )
  while (!(await isRefused())) await setImmediate()
}

// proc_pid_status(5): a mask of the signals that have a handler, signal 1 is its lowest bit
function catchesSigint({ pid }: ChildProcess): boolean {
  const [, mask = '0'] = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (BigInt(`0x${mask}`) & 2n) !== 0n
}
