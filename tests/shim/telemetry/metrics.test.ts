import t from 'tap'
import { buildAnsweringGuest, buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { reloadBy } from '../../helpers/reloads.ts'
import { startShim, writePolicies } from '../../helpers/shim.ts'

/** The samples of one metric: labels without their braces, and the value. */
function samplesOf(exposition: string, name: string): Record<string, number> {
  const lines = exposition.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(name.length, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  )
}

t.test("evaluations are counted under Kubewarden's names and labels, as the policy itself decided", async (t) => {
  const mutating = buildAnsweringGuest('{"valid":true,"accepted":true,"mutated_object":{}}')
  await using test = await startShim(t, {
    watched: { guest: buildGuest('deny'), policyMode: 'monitor' },
    mutating: { guest: mutating, allowedToMutate: true },
    trap: { guest: buildGuest('trap') },
  })
  await test.call('POST', '/validate/watched', admissionReview())
  await test.call('POST', '/validate/watched', admissionReview())
  await test.call('POST', '/audit/mutating', admissionReview())
  await test.call('POST', '/validate/trap', admissionReview({ namespace: undefined, operation: 'DELETE' }))
  await test.call('POST', '/validate_raw/trap', '{"request":{}}')
  const { text, headers } = await test.call('GET', '/metrics')
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.strictSame(samplesOf(text, 'kubewarden_policy_evaluations_total'), {
    '{policy_name="watched",policy_mode="monitor",accepted="false",mutated="false",request_origin="validate",resource_kind="ConfigMap",resource_request_operation="CREATE",resource_namespace="default"}': 2,
    '{policy_name="mutating",policy_mode="protect",accepted="true",mutated="true",request_origin="audit",resource_kind="ConfigMap",resource_request_operation="CREATE",resource_namespace="default"}': 1,
    '{policy_name="trap",policy_mode="protect",accepted="false",mutated="false",error_code="500",request_origin="validate",resource_kind="ConfigMap",resource_request_operation="DELETE"}': 1,
    '{policy_name="trap",policy_mode="protect",accepted="false",mutated="false",error_code="500"}': 1,
  })
  const counts = samplesOf(text, 'kubewarden_policy_evaluation_latency_milliseconds_count')
  t.strictSame(Object.values(counts), [2, 1, 1, 1])
  t.match(text, 'le="0.1"', 'buckets below a millisecond')
})

t.test(
  'requests for policies that do not exist leave no trace; those for failed ones say why they failed',
  async (t) => {
    await using test = await startShim(t, { refused: { guest: buildGuest('deny-settings') } })
    for (let i = 0; i < 3; i++) await test.call('POST', `/validate/unknown-${i}`, admissionReview())
    await test.call('POST', '/validate/refused', admissionReview())
    const { text } = await test.call('GET', '/metrics')
    t.notMatch(text, 'unknown-')
    const [[labels, value] = []] = Object.entries(samplesOf(text, 'kubewarden_policy_evaluations_total'))
    t.match(labels, /^\{policy_name="refused",initialization_error="Policy settings are invalid: /)
    t.equal(value, 1)
  },
)

t.test('the set in force is named by its digest, and by that alone', async (t) => {
  await using test = await startShim(t, { a: { guest: buildGuest('accept') } })
  const digests = async () => {
    const { text } = await test.call('GET', '/metrics')
    return Object.keys(samplesOf(text, 'gatehouse_policy_set_info'))
  }
  const before = await digests()
  t.match(before, [/^\{digest="[0-9a-f]{32}"\}$/])
  writePolicies(test.folder, { a: { guest: buildGuest('accept'), policyMode: 'monitor' } })
  await test.shim.reload()
  const after = await digests()
  t.equal(after.length, 1)
  t.notSame(after, before)
})

t.test('whoever sends requests cannot make the metrics grow without end', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } }, { logLevel: 'error' })
  for (let i = 0; i < 20; i++)
    await test.call('POST', '/validate/accept', admissionReview({ operation: `OPERATION-${i}` }))
  const { text } = await test.call('GET', '/metrics')
  const samples = samplesOf(text, 'kubewarden_policy_evaluations_total')
  t.equal(Object.keys(samples).length, 11)
  t.equal(Object.entries(samples).find(([labels]) => labels.includes('"other"'))?.[1], 10)
})

t.test('a policy that is removed takes its time series with it', async (t) => {
  const kept = { kept: { guest: buildGuest('accept') } }
  await using test = await startShim(t, { ...kept, gone: { guest: buildGuest('accept') } })
  await test.call('POST', '/validate/kept', admissionReview())
  await test.call('POST', '/validate/gone', admissionReview())
  t.match((await test.call('GET', '/metrics')).text, 'policy_name="gone"')
  await reloadBy(test, () => writePolicies(test.folder, kept))
  const { text } = await test.call('GET', '/metrics')
  t.notMatch(text, 'policy_name="gone"')
  for (const name of ['evaluations_total', 'evaluation_latency_milliseconds_count'])
    t.strictSame(Object.values(samplesOf(text, `kubewarden_policy_${name}`)), [1])
})

t.test('pool, policies and the process itself are shown', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') }, bad: { guest: Buffer.from('x') } })
  const { text } = await test.call('GET', '/metrics')
  t.strictSame(samplesOf(text, 'gatehouse_policies'), {
    '{state="served"}': 1,
    '{state="outdated"}': 0,
    '{state="failed"}': 1,
  })
  t.strictSame(samplesOf(text, 'gatehouse_evaluator_queue_length'), { '': 0 })
  const threads = samplesOf(text, 'gatehouse_evaluator_threads')
  t.strictSame(Object.keys(threads), ['{state="idle"}', '{state="busy"}', '{state="starting"}'])
  const sum = Object.values(threads).reduce((sum, count) => sum + count, 0)
  t.ok(sum >= 1 && sum <= 3, `${sum} of two workers and their spare, which start when they are needed`)
  t.match(text, /^process_resident_memory_bytes \d+/m)
  t.strictSame(Object.keys(samplesOf(text, 'gatehouse_certificate_expiry_timestamp_seconds')), [
    '{certificate="server"}',
    '{certificate="authority"}',
  ])
})
