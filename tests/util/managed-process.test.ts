import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startProcess, stopProcesses, waitUntilReady } from '../../util/managed-process.ts'
import { identifyProcess, isRunning } from '../../util/process-identity.ts'

// tap adds some of its own to every process that a test starts
const OWN_VARIABLES = 'Object.keys(process.env).filter((name) => !/_TAPJS_|^NODE_OPTIONS$/.test(name))'
const READY = { isReady: async () => true, timeoutMs: 10_000 }

t.test('a process writes to its log, has only the environment it is given, and ends on SIGTERM', async (t) => {
  const logFile = join(t.testdir(), 'log')
  const managed = await startProcess(
    node('echo', logFile, `console.log(${OWN_VARIABLES}.join()); setInterval(() => {}, 1e6)`),
  )
  t.teardown(() => stopProcesses([managed], 0))
  await waitUntilReady(managed, {
    isReady: async () => (await readFile(logFile, 'utf8')) === 'MARK\n',
    timeoutMs: 20_000,
  })
  t.ok(isRunning(managed))
  // a child does not keep us alive, and neither does waiting for the news of its end
  const keepAlive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(keepAlive))
  await stopProcesses([managed], 20_000)
  t.notOk(isRunning(managed))
  t.equal(await managed.exited, 'by SIGTERM')
})

t.test('a process that ignores SIGTERM is killed after the grace period', async (t) => {
  const logFile = join(t.testdir(), 'log')
  const source = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1e6)'
  const managed = await startProcess(node('stubborn', logFile, source))
  t.teardown(() => stopProcesses([managed], 0))
  await waitUntilReady(managed, { isReady: async () => (await readFile(logFile, 'utf8')) !== '', timeoutMs: 20_000 })
  await stopProcesses([managed], 10)
  t.notOk(isRunning(managed))
})

t.test('a process that ends early is told apart from one that is late, each with the end of its log', async (t) => {
  const logFile = join(t.testdir(), 'log')
  const failing = await startProcess(
    node('failing', logFile, 'for (let i = 1; i <= 30; i++) console.log("line", i); process.exit(7)'),
  )
  await t.rejects(waitUntilReady(failing, { isReady: async () => false, timeoutMs: 60_000 }), {
    code: 'ERR_PROCESS_EXITED',
    message: /^failing ended with code 7 before it was ready; the end of .*log:\n {2}line 11\n(.*\n)+ {2}line 30$/,
  })
  const late = await startProcess(node('late', join(t.testdirName, 'late'), 'setInterval(() => {}, 1e6)'))
  t.teardown(() => stopProcesses([late], 0))
  await t.rejects(waitUntilReady(late, { isReady: () => Promise.reject(new Error('refused')), timeoutMs: 0 }), {
    code: 'ERR_PROCESS_TIMEOUT',
    message: /^late is not ready after 0 s; its log .*late is empty$/,
  })
})

t.test('a program that does not exist is reported by name', async (t) => {
  const logFile = join(t.testdir(), 'log')
  await t.rejects(startProcess({ ...node('x', logFile, ''), command: '/nowhere/etcd' }), {
    code: 'ERR_PROCESS_EXITED',
    message: /x cannot be started: .*\/nowhere\/etcd/,
  })
})

t.test('a pid that another process has now is never signalled', async (t) => {
  const logFile = join(t.testdir(), 'log')
  const managed = await startProcess(node('stranger', logFile, 'setInterval(() => {}, 1e6)'))
  t.teardown(() => stopProcesses([managed], 0))
  await waitUntilReady(managed, READY)
  await stopProcesses([{ pid: managed.pid, startedAt: 'earlier' }], 0)
  t.match(identifyProcess(managed.pid), { startedAt: managed.startedAt })
})

function node(name: string, logFile: string, source: string) {
  return { name, command: process.execPath, args: ['-e', source], environment: { MARK: '1' }, logFile }
}
