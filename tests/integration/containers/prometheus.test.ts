import { readFile } from 'node:fs/promises'
import t from 'tap'
import { findFreePorts } from '../../../clusters/local/ports.ts'
import { startPlacedPrometheus } from '../../helpers/containers/placed-prometheus.ts'
import { choosePlace } from '../../helpers/containers/test-engine.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { HOST, startShim } from '../../helpers/shim.ts'
import { until } from '../../helpers/until.ts'

const place = await choosePlace(t)

t.test("Prometheus reads the shim's metrics: every name, its type, and the values", async (t) => {
  const [port = 0] = await findFreePorts(1)
  const policies = { accept: { guest: buildGuest('accept') } }
  await using test = await startShim(t, policies, { https: { host: '0.0.0.0', port }, logLevel: 'error' })
  for (let i = 0; i < 3; i++) await test.call('POST', '/validate/accept', admissionReview())
  const authority = await readFile(test.authority, 'utf8')
  const prometheus = await startPlacedPrometheus(t, place, { port, serverName: HOST, authority })
  const query = async (text: string) => {
    const { result } = (await prometheus.ask(`query?query=${encodeURIComponent(text)}`)) as Answer
    return result.map(({ value }) => value[1])
  }
  await until(async () => (await query('up == 1')).length === 1)
  t.strictSame(await query('sum(kubewarden_policy_evaluations_total{policy_name="accept",accepted="true"})'), ['3'])
  t.strictSame(await query('sum(kubewarden_policy_evaluation_latency_milliseconds_count)'), ['3'])

  const { text } = await test.call('GET', '/metrics')
  const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, metric, type]) => ({ metric, type }))
  const known = (await prometheus.ask('targets/metadata')) as { metric: string; type: string }[]
  const shown = known.map(({ metric, type }) => ({ metric, type }))
  t.ok(told.length > 10)
  t.strictSame(
    told.filter(({ metric, type }) => !shown.some((other) => other.metric === metric && other.type === type)),
    [],
  )
})

interface Answer {
  readonly result: readonly { readonly value: readonly [number, string] }[]
}
