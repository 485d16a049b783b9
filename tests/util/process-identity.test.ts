import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { identifyProcess, isRunning } from '../../util/process-identity.ts'
import { killAtEnd } from '../helpers/kill-at-end.ts'

t.test('a process is the same as long as it lives', async (t) => {
  const first = identifyProcess(process.pid)
  t.match(first, { pid: process.pid, startedAt: /^\d+@[0-9a-f-]{36}$/ })
  t.same(identifyProcess(process.pid), first)
  t.ok(first && isRunning(first))
})

t.test('a process that was started later is another one, also under the same pid', async (t) => {
  const identity = identifyProcess(process.pid)
  t.notOk(identity && isRunning({ ...identity, startedAt: identity.startedAt.replace(/^\d+/, '1') }))
  t.notOk(isRunning({ pid: 0, startedAt: '' }))
})

t.test('a command with spaces and brackets in its name is read past', async (t) => {
  const child = spawn(process.execPath, ['-e', 'process.title = "a) b (c"; console.log(); setInterval(() => {}, 1e6)'])
  killAtEnd(t, child)
  await once(child.stdout, 'data')
  t.match(identifyProcess(child.pid ?? 0), { startedAt: /^\d{2,}@/ })
})

t.test('a zombie does not run', async (t) => {
  // the shell's child ends only once the shell has stopped, so that nobody collects it
  const shell = spawn('/bin/sh', ['-c', 'cat <&3 & echo $!; kill -STOP $$'], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  killAtEnd(t, shell)
  const [output] = await once(shell.stdout as Readable, 'data')
  const pid = Number(String(output))
  while (!readFileSync(`/proc/${shell.pid}/stat`, 'utf8').includes(') T ')) await delay(5)
  t.ok(identifyProcess(pid))
  const input = shell.stdio[3] as Writable
  input.end()
  while (identifyProcess(pid) !== undefined) await delay(5)
  t.equal(process.kill(pid, 0), true, 'its pid is still taken')
})
