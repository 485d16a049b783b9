import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findApiServer } from '../../../upkeep/doctor/api-server/find-api-server.ts'
import { type Beside, messagesOf, startBeside } from '../../helpers/doctor.ts'
import { killAtEnd } from '../../helpers/kill-at-end.ts'

const NOBODY = 65534
const skip = process.getuid?.() === 0 ? false : 'only root can start a process as another user'

/** A process that has the name, the flags and the environment of a kube-apiserver, and nothing else of it. */
async function startNamesake(
  t: Test,
  { manifests }: Beside,
  options: object = {},
): Promise<ChildProcess & { pid: number }> {
  const script = 'process.stdout.write("."), setInterval(() => {}, 1e9)'
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  const child = spawn(process.execPath, ['-e', script, '--', ...manifests.additions.flags], {
    argv0: 'kube-apiserver',
    cwd: '/',
    stdio: [...stdio],
    ...options,
  })
  killAtEnd(t, child)
  if (child.stdout !== null) await once(child.stdout, 'data')
  return Object.assign(child, { pid: child.pid ?? 0 })
}

t.test('flags, environment and start of a process are its own', async (t) => {
  await using beside = await startBeside(t)
  const { pid } = await startNamesake(t, beside, {
    env: { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.example.com' },
  })
  const findings = await beside.examine({ flagFiles: [], pid })
  t.match(messagesOf(findings, 'ok'), [`api-server: pid ${pid}`])
  t.match(messagesOf(findings, 'ok').join('\n'), `socket: ${beside.test.socket} answers`)
  t.match(messagesOf(findings, 'ok').join('\n'), 'read-at-start: it has read its files as they are')
  t.strictSame(messagesOf(findings, 'problem'), [
    'proxy: HTTPS_PROXY is set, and NO_PROXY does not name admission.gatehouse.internal: webhooks ask for the proxy',
  ])
})

t.test('a proxy that our host is excepted from is none', async (t) => {
  await using beside = await startBeside(t)
  for (const NO_PROXY of ['a,admission.gatehouse.internal', '.gatehouse.internal', 'internal', '*']) {
    const { pid } = await startNamesake(t, beside, { env: { https_proxy: 'http://proxy:3128', NO_PROXY } })
    t.strictSame(messagesOf(await beside.examine({ flagFiles: [], pid }), 'problem'), [], NO_PROXY)
  }
})

t.test('a file that was written after the start may not be in force', async (t) => {
  await using beside = await startBeside(t)
  const { pid } = await startNamesake(t, beside)
  const file = join(beside.folder, 'egress-selector.yaml')
  utimesSync(file, new Date(), new Date(Date.now() + 60_000))
  t.match(messagesOf(await beside.examine({ flagFiles: [], pid }), 'warning'), [
    /^api-server/,
    /^kubeconfig/,
    `read-at-start: ${file} was written after the API server had started, and is read at a start only`,
  ])
})

t.test('a socket that the API server has no right to', { skip }, async (t) => {
  await using beside = await startBeside(t)
  chmodSync(beside.test.folder, 0o755)
  const { pid } = await startNamesake(t, beside, { uid: NOBODY, gid: NOBODY })
  const problems = async () => messagesOf(await beside.examine({ flagFiles: [], pid }), 'problem')
  t.match(await problems(), [
    /^socket: .* has the rights 660 for user 0 and group 0; the API server runs as user 65534, and may not/,
  ])
  chmodSync(beside.test.socket, 0o666)
  t.strictSame(await problems(), [])
})

t.test('without a pid it is the only one, or all are named', async (t) => {
  await using beside = await startBeside(t)
  const { pid } = await startNamesake(t, beside)
  const { observation } = await findApiServer({})
  // other tests may run API servers on this machine
  t.match(observation.message, new RegExp(`^pid ${pid}$|^several API servers run on this host: .*\\b${pid}\\b`))
})

t.test("a pid that is nobody's is said to be", async (t) => {
  t.match(await findApiServer({ pid: 2 ** 22 + 1 }), { observation: { level: 'problem', message: /ENOENT/ } })
})
