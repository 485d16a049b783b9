import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import type { ModuleContents } from '../../../shim/modules/module-content.ts'
import { readModules } from '../../../shim/policies/module-source.ts'
import type { PolicySpec, SinglePolicySpec } from '../../../shim/policies/policy-spec.ts'
import { loadPolicySet } from '../../../shim/policy-set/load-policy-set.ts'
import { listEvaluated, listFailures, type PolicySet } from '../../../shim/policy-set/policy-set.ts'
import { EvaluatorPool, type StartedEvaluatorPool } from '../../../shim/pool/evaluator-pool.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'

async function load(
  t: Test,
  specs: readonly PolicySpec[],
  previous: PolicySet = new Map(),
): Promise<{ policies: PolicySet; pool: StartedEvaluatorPool }> {
  const log = SILENT_LOG
  const pool = await new EvaluatorPool({ workers: 2, queue: 10, log, onPolicyLog() {}, onThreadEnd() {} }).start()
  t.teardown(() => pool[Symbol.asyncDispose]())
  const { signal } = new AbortController()
  const memoryLimitBytes = 16 * 1024 * 1024
  return {
    policies: await loadPolicySet(
      { specs, modules: await readModules(specs) },
      { pool: async () => pool, signal, workers: 2, memoryLimitBytes, policyTimeoutMs: 500, previous, log },
    ),
    pool,
  }
}

/** Policies whose modules lie in a folder. */
function specsIn(folder: string, guests: Readonly<Record<string, Uint8Array>>): PolicySpec[] {
  return Object.entries(guests).map(([id, bytes]) => {
    const path = join(folder, `${id}.wasm`)
    writeFileSync(path, bytes)
    const module = pathToFileURL(path).href
    return {
      id,
      module,
      mode: 'protect',
      allowedToMutate: false,
      settings: {},
      hostCapabilities: [],
      contextAwareResources: [],
    }
  })
}

t.test('policies are served in the order in which they are configured', async (t) => {
  const guests = { zebra: buildGuest('accept'), ant: buildGuest('deny'), mole: buildGuest('accept') }
  const { policies, pool } = await load(t, specsIn(t.testdir(), guests))
  t.strictSame([...policies.keys()], ['zebra', 'ant', 'mole'])
  t.strictSame(listFailures(policies), [])
  const limits = { timeoutMs: 5000, deadline: performance.now() + 5000, signal: new AbortController().signal }
  const ant = policies.get('ant')
  if (ant === undefined || !('evaluated' in ant)) throw new Error('ant is not served')
  const outcome = await pool.evaluate(ant.evaluated, parseAdmissionReview(admissionReview()), limits)
  t.match(outcome, { kind: 'answered', value: { allowed: false } })
})

t.test('a module that several policies use is compiled once', async (t) => {
  const guests = { one: buildGuest('accept'), two: buildGuest('accept'), other: buildGuest('deny') }
  const { policies } = await load(t, specsIn(t.testdir(), guests))
  const modules = [...policies.values()].map((policy) => 'evaluated' in policy && policy.evaluated.module.module)
  t.equal(modules[0], modules[1])
  t.not(modules[0], modules[2])
})

t.test('nor is it compiled again for the sets that come after, whoever uses it in them', async (t) => {
  const bytes = buildGuest('accept')
  const { policies } = await load(t, specsIn(t.testdir(), { kept: bytes, changed: bytes, gone: bytes }))
  const [module, ...others] = new Set(listEvaluated(policies).map(({ module }) => module.module))
  t.strictSame(others, [])
  const [kept, changed, added] = specsIn(t.testdir(), { kept: bytes, changed: bytes, added: bytes })
  const { module: url, ...configured } = added as SinglePolicySpec
  const members = ['a', 'b'].map((name) => ({ ...configured, module: url, name, id: `group/${name}` }))
  const group = { ...configured, id: 'group', allowedToMutate: false, expression: 'a() && b()', message: 'no', members }
  const specs = [kept, { ...changed, settings: { new: 1 } }, added, group] as PolicySpec[]
  const next = listEvaluated((await load(t, specs, policies)).policies)
  t.strictSame(
    next.map((policy) => policy.module.module === module),
    Array(5).fill(true),
  )
})

t.test('a module that the previous set has compiled is not even read', async (t) => {
  const specs = specsIn(t.testdir(), { one: buildGuest('accept') })
  const { policies: previous, pool } = await load(t, specs)
  const modules = await readModules(specs)
  const unread = [...modules].map(([url, content]) => {
    if (content instanceof Error) throw content
    return [url, { digest: content.digest, read: () => t.fail('it was read') }] as const
  })
  const { signal } = new AbortController()
  const limits = { workers: 1, memoryLimitBytes: 16 * 1024 * 1024, policyTimeoutMs: 500 }
  const options = { pool: async () => pool, signal, log: SILENT_LOG, previous, ...limits }
  const sources = { specs, modules: new Map(unread) as unknown as ModuleContents }
  t.strictSame(listFailures(await loadPolicySet(sources, options)), [])
})

t.test('what is wrong with one policy is said of it, and of no other', async (t) => {
  const endless = `(module
    (memory (export "memory") 1)
    (func (export "__guest_call") (param i32 i32) (result i32) (loop $again (br $again)) (i32.const 1)))`
  const [absent] = specsIn(t.testdir(), { absent: buildGuest('accept') })
  const specs = specsIn(t.testdir({}), {
    good: buildGuest('accept'),
    refusing: buildGuest('deny-settings'),
    trapping: buildGuest('garbage'),
    endless: buildGuestFrom(endless),
    nonsense: Buffer.from('nonsense'),
    unannotated: buildGuest('accept', null),
  })
  const missing = { ...absent, module: 'file:///no/such/folder/absent.wasm' } as PolicySpec
  const { policies } = await load(t, [...specs, missing])
  const failures = Object.fromEntries(listFailures(policies).map(({ id, state, error }) => [id, [state, error]]))
  t.match(failures, {
    refusing: ['settings-refused', /^Policy settings are invalid: /],
    trapping: ['settings-refused', /^Policy settings are invalid: /],
    endless: ['settings-refused', /^Policy settings are invalid: Policy execution interrupted/],
    nonsense: ['not-loaded', /nonsense\.wasm/],
    unannotated: ['not-loaded', /metadata/],
    absent: ['not-loaded', /policy absent: cannot read \/no\/such\/folder\/absent\.wasm/],
  })
  t.equal(policies.get('good')?.state, 'served')
})

t.test("a policy's own timeout goes before the shim's", async (t) => {
  const [own, others] = specsIn(t.testdir(), { own: buildGuest('accept'), others: buildGuest('accept') })
  const { policies } = await load(t, [{ ...own, timeoutEvalSeconds: 7 } as PolicySpec, others as PolicySpec])
  t.match(policies.get('own'), { timeoutMs: 7000 })
  t.match(policies.get('others'), { timeoutMs: 500 })
})
