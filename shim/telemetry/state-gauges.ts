import { Gauge, type Registry } from 'prom-client'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import { listFailures, listRefusedUpdates } from '../policy-set/policy-set.ts'
import type { PoolStats } from '../pool/evaluator-pool.ts'
import type { DisabledPolicies } from '../review/disabled-policies.ts'

/** Reads the state of the pool and of the policies whenever somebody asks for the metrics. */
export function observeState(registry: Registry, readPool: () => PoolStats, policies: PoliciesInForce): void {
  const registers = [registry]
  new Gauge({
    name: 'gatehouse_evaluator_threads',
    help: 'Evaluator threads by state.',
    labelNames: ['state'],
    registers,
    collect() {
      const { idle, busy, starting } = readPool()
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'busy' }, busy)
      this.set({ state: 'starting' }, starting)
    },
  })
  new Gauge({
    name: 'gatehouse_evaluator_queue_length',
    help: 'Requests that wait for an evaluator thread.',
    registers,
    collect() {
      this.set(readPool().queued)
    },
  })
  new Gauge({
    name: 'gatehouse_policies',
    help: 'Configured policies: served, outdated (the last good version is served) or failed.',
    labelNames: ['state'],
    registers,
    collect() {
      const failed = listFailures(policies.current).length
      const outdated = listRefusedUpdates(policies.current).length
      this.set({ state: 'served' }, policies.current.size - failed - outdated)
      this.set({ state: 'outdated' }, outdated)
      this.set({ state: 'failed' }, failed)
    },
  })
  new Gauge({
    name: 'gatehouse_policy_set_info',
    help: 'The digest of the policy set in force: shims that answer for one cluster should show the same.',
    labelNames: ['digest'],
    registers,
    collect() {
      this.reset()
      this.set({ digest: policies.sets.current.digest }, 1)
    },
  })
  new Gauge({
    name: 'gatehouse_policy_set_lagging_requests',
    help: 'Requests so far that named a policy set more than 10 s after it was replaced.',
    registers,
    collect() {
      this.set(policies.sets.lagged)
    },
  })
  new Gauge({
    name: 'gatehouse_policies_last_success_timestamp_seconds',
    help: 'When everything that is configured was last put in force, nothing left out; 0 if it never was.',
    registers,
    collect() {
      this.set((policies.lastSuccess?.getTime() ?? 0) / 1000)
    },
  })
}

/** Shows which of the policies in force are disabled by hand. */
export function observeDisabled(registry: Registry, disabled: DisabledPolicies, policies: PoliciesInForce): void {
  new Gauge({
    name: 'gatehouse_policy_disabled',
    help: '1 while the policy is disabled by hand, by name; no value otherwise.',
    labelNames: ['policy_name'],
    registers: [registry],
    collect() {
      this.reset()
      for (const id of policies.current.keys()) {
        if (disabled.find(id) !== undefined) this.set({ policy_name: id }, 1)
      }
    },
  })
}

/** Reads when certificates end, by what they are for: server, or authority. */
export function observeCertificate(registry: Registry, readEnds: () => Readonly<Record<string, Date>>): void {
  new Gauge({
    name: 'gatehouse_certificate_expiry_timestamp_seconds',
    help: 'When the certificate that is shown ends, and the authority that has signed it.',
    labelNames: ['certificate'],
    registers: [registry],
    collect() {
      for (const [certificate, ends] of Object.entries(readEnds())) this.set({ certificate }, ends.getTime() / 1000)
    },
  })
}
