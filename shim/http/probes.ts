import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import { listFailures, listRefusedUpdates } from '../policy-set/policy-set.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Drain } from './drain.ts'
import type { Probes } from './request-handler.ts'
import type { Answer } from './respond.ts'

export interface ProbesOptions {
  readonly policies: PoliciesInForce
  readonly metrics: Metrics
  readonly drain: Drain
}

/** What a shim that is ready says about itself: readiness ends with the shutdown alone. */
export function createProbes({ policies, metrics, drain }: ProbesOptions): Probes {
  return {
    readiness: () => (drain.isDraining ? json(503, { ready: false }) : json(200, describe(policies))),
    livez: () => json(200, { alive: true }),
    metrics: async () => {
      const { contentType, text } = await metrics.expose()
      return { status: 200, contentType, body: text }
    },
  }
}

/** Ready even with failed policies: they are answered for as failures, and the others must not suffer for them. */
function describe({ current, refusal }: PoliciesInForce) {
  return {
    ready: true,
    policies: current.size,
    failed: Object.fromEntries(listFailures(current).map(({ id, error }) => [id, error])),
    outdated: Object.fromEntries(listRefusedUpdates(current)),
    ...(refusal === undefined ? {} : { reloadError: refusal }),
  }
}

function json(status: number, value: object): Answer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
}
