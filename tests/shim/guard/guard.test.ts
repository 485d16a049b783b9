import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { programFiles } from '../../../util/package-root.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { send, writePolicies } from '../../helpers/shim.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'
import { until } from '../../helpers/until.ts'

t.setTimeout(60_000)

function startGuard(t: Test, flags: readonly string[] = []) {
  const folder = makeShortFolder(t)
  const socketPath = join(folder, 'run/s')
  const policies = writePolicies(folder, { accept: { guest: buildGuest('accept') } })
  const shimFlags = ['--policies', policies, '--socket', socketPath, '--cert-dir', join(folder, 'pki'), ...flags]
  const child = spawn(process.execPath, [...programFiles(), 'guard', '--', ...shimFlags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let written = ''
  child.stderr.on('data', (chunk) => (written += chunk))
  const closed = once(child, 'close')
  const shims = () => [...written.matchAll(/started the shim.*?shim=(\d+)/g)].map(([, pid]) => Number(pid))
  t.teardown(() => {
    child.kill('SIGKILL')
    for (const pid of shims()) if (isThere(pid)) process.kill(pid, 'SIGKILL')
  })
  const isReady = async () => (await send({ socketPath, path: '/readiness' }).catch(() => undefined))?.status === 200
  return { child, closed, shims, isReady, written: () => written }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

t.test('a shim that dies is started again, and so is one that is stopped; SIGTERM ends both', async (t) => {
  const guard = startGuard(t)
  await until(guard.isReady)
  process.kill(guard.shims().at(-1) ?? 0, 'SIGKILL')
  await until(() => guard.shims().length === 2)
  await until(guard.isReady)
  process.kill(guard.shims().at(-1) ?? 0, 'SIGSTOP')
  await until(() => guard.shims().length === 3)
  t.match(guard.written(), /the shim is stopped and answers nobody; ending it/)
  await until(guard.isReady)
  guard.child.kill('SIGTERM')
  t.strictSame(await guard.closed, [0, null])
  t.strictSame(guard.shims().filter(isThere), [])
})

t.test('a command line that is wrong stays wrong', async (t) => {
  const guard = startGuard(t, ['--workers', 'many'])
  t.strictSame(await guard.closed, [2, null])
  t.equal(guard.shims().length, 1)
  t.match(guard.written(), '--workers')
})
