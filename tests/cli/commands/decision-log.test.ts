import { once } from 'node:events'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runCommandLine } from '../../../cli/program.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { createRecordedIo } from '../../helpers/recorded-io.ts'
import { startProcess } from '../../helpers/shim-process.ts'
import { until } from '../../helpers/until.ts'

const policies = { no: { guest: buildGuest('deny') } }

t.test('--decision-log - writes decisions to standard output, and the log to standard error', async (t) => {
  const shim = startProcess(t, { policies, flags: ['--decision-log', '-'], pipesOutput: true })
  await shim.wrote(' ready ')
  let stdout = ''
  shim.child.stdout?.on('data', (chunk) => (stdout += chunk))
  await shim.ask('/validate/no', admissionReview())
  shim.child.kill('SIGTERM')
  t.match(await shim.exited(), { code: 0 })
  t.match(JSON.parse(stdout), { user: 'alice', allowed: false, policies: [{ id: 'no' }] })
})

t.test('a reader of standard output that does not read holds up no verdict', async (t) => {
  const shim = startProcess(t, { policies, flags: ['--decision-log', '-'], pipesOutput: true })
  await shim.wrote(' ready ')
  // more than the pipe and both ends hold
  const review = admissionReview({ userInfo: { username: 'u'.repeat(1000) }, name: 'n'.repeat(1000) })
  for (let i = 0; i < 150; i++) t.equal((await shim.ask('/validate/no', review)).status, 200)
  shim.child.kill('SIGTERM')
  await once(shim.child, 'exit')
  t.equal(shim.child.exitCode, 0, 'nor the end')
})

t.test('SIGHUP opens the file anew', async (t) => {
  const path = join(t.testdir(), 'decisions')
  const shim = startProcess(t, { policies, flags: ['--decision-log', path] })
  await shim.wrote(' ready ')
  await until(() => existsSync(path))
  renameSync(path, `${path}.1`)
  shim.child.kill('SIGHUP')
  await until(() => existsSync(path))
  await shim.ask('/validate/no', admissionReview())
  shim.child.kill('SIGTERM')
  await once(shim.child, 'close')
  t.equal(readFileSync(`${path}.1`, 'utf8'), '')
  t.match(JSON.parse(readFileSync(path, 'utf8')), { allowed: false })
})

t.test('a rate without a log, and a rate that is none, are refused', async (t) => {
  const io = createRecordedIo()
  t.equal(await runCommandLine(['shim', '--policies', 'p.yml', '--decision-log-sample', '2'], io), 2)
  t.match(io.stderr(), '--decision-log-sample: is "2"; must be a number from 0 to 1')
  t.match(io.stderr(), '--decision-log-sample: needs --decision-log')
})
