import { linkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { PolicyReloader, type PolicyReloaderOptions } from '../../../shim/hot-reload/policy-reloader.ts'
import { takeSnapshot } from '../../../shim/policies/policies-snapshot.ts'
import { PoliciesInForce } from '../../../shim/policy-set/policies-in-force.ts'
import { EvaluatorPool } from '../../../shim/pool/evaluator-pool.ts'
import { Metrics } from '../../../shim/telemetry/metrics.ts'
import { SILENT_LOG } from '../../../util/log.ts'

const log = SILENT_LOG

/** Watches the policies at a path, and gives how often they were loaded. */
async function startReloader(t: Test, path: string, options: Partial<PolicyReloaderOptions> = {}) {
  const pool = await new EvaluatorPool({ workers: 1, queue: 1, log, onPolicyLog() {}, onThreadEnd() {} }).start()
  t.teardown(() => pool[Symbol.asyncDispose]())
  const policies = new PoliciesInForce(pool)
  const { digest } = await takeSnapshot(path)
  const load = async () => new Map()
  return new PolicyReloader({ path, digest, policies, load, metrics: new Metrics(), log, ...options })
}

t.test('what no event tells is found by looking from time to time', async (t) => {
  const path = join(t.testdir({ seen: { 'policies.yml': '{}' }, unseen: {} }), 'seen/policies.yml')
  // a file system tells of a write under the name by which it was written
  const alias = join(path, '../../unseen/alias.yml')
  linkSync(path, alias)
  const loaded = Promise.withResolvers<void>()
  const load = async () => {
    loaded.resolve()
    return new Map()
  }
  await using reloader = await startReloader(t, path, { load, pollIntervalMs: 50 })
  writeFileSync(alias, '{} # changed')
  await loaded.promise
  t.ok(reloader, 'it noticed')
})

t.test('what changed after the policies were read, and before anybody watched, is noticed', async (t) => {
  const path = join(t.testdir({ 'policies.yml': '{}' }), 'policies.yml')
  const loaded = Promise.withResolvers<void>()
  const load = async () => {
    loaded.resolve()
    return new Map()
  }
  await using reloader = await startReloader(t, path, { load, digest: 'of what was there before' })
  await loaded.promise
  t.ok(reloader, 'it noticed')
})

t.test('the end of the shim ends a reload that is under way', async (t) => {
  const path = join(t.testdir({ 'policies.yml': '{}' }), 'policies.yml')
  const started = Promise.withResolvers<AbortSignal>()
  const load: PolicyReloaderOptions['load'] = async (_sources, _previous, signal) => {
    started.resolve(signal)
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return new Map()
  }
  const reloader = await startReloader(t, path, { load })
  const reload = reloader.reload()
  await started.promise
  await reloader[Symbol.asyncDispose]()
  await reload
  t.pass('it ended')
})
