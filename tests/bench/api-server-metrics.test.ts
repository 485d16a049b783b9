import t from 'tap'
import { readTally, tallyBetween } from '../../bench/api-server-metrics.ts'

const METRICS = `
# TYPE apiserver_admission_webhook_admission_duration_seconds histogram
apiserver_admission_webhook_admission_duration_seconds_bucket{name="a.policy.gatehouse.internal",operation="CREATE",rejected="false",type="validating",le="+Inf"} 7
apiserver_admission_webhook_admission_duration_seconds_sum{name="a.policy.gatehouse.internal",operation="CREATE",rejected="false",type="validating"} 0.0035
apiserver_admission_webhook_admission_duration_seconds_count{name="a.policy.gatehouse.internal",operation="CREATE",rejected="false",type="validating"} 7
apiserver_admission_webhook_admission_duration_seconds_sum{name="a.policy.gatehouse.internal",operation="CREATE",rejected="true",type="validating"} 5e-04
apiserver_admission_webhook_admission_duration_seconds_count{name="a.policy.gatehouse.internal",operation="CREATE",rejected="true",type="validating"} 1
apiserver_admission_webhook_admission_duration_seconds_count{name="aa.policy.gatehouse.internal",operation="CREATE",rejected="true",type="validating"} 100
`

t.test('all series of a name are added up, and no others', async (t) => {
  t.strictSame(readTally(METRICS, 'a.policy.gatehouse.internal'), { count: 8, seconds: 0.004 })
})

t.test('a webhook that was never called has a count of nothing', async (t) => {
  t.strictSame(readTally(METRICS, 'b'), { count: 0, seconds: 0 })
})

t.test('what happened between two readings is their difference', async (t) => {
  t.strictSame(tallyBetween({ count: 3, seconds: 1 }, { count: 5, seconds: 1.5 }), { count: 2, seconds: 0.5 })
})
