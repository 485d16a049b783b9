import { listFailures, type PolicySet } from '../policy-set/policy-set.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Drain } from './drain.ts'
import type { Probes } from './request-handler.ts'
import type { Answer } from './respond.ts'

export interface ProbesOptions {
  readonly readPolicies: () => PolicySet
  readonly metrics: Metrics
  readonly drain: Drain
}

/** What the shim says about itself. It listens only once it is ready, so that readiness ends with the shutdown alone. */
export function createProbes({ readPolicies, metrics, drain }: ProbesOptions): Probes {
  return {
    readiness: () => (drain.isDraining ? json(503, { ready: false }) : json(200, describe(readPolicies()))),
    livez: () => json(200, { alive: true }),
    metrics: async () => {
      const { contentType, text } = await metrics.expose()
      return { status: 200, contentType, body: text }
    },
  }
}

/** Ready even with failed policies: they are answered for as failures, and the others must not suffer for them. */
function describe(policies: PolicySet) {
  const failed = listFailures(policies).map(({ id, error }) => [id, error])
  return { ready: true, policies: policies.size, failed: Object.fromEntries(failed) }
}

function json(status: number, value: object): Answer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
}
