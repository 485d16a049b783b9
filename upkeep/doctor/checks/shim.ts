import type { Check } from '../check.ts'
import { type Observation, ok, problem, warning } from '../finding.ts'

/** Whether the shim runs, and all that is configured is in force. */
export const shimCheck: Check = {
  name: 'shim',
  async run({ search, shim }) {
    if (shim === undefined) return [search.shim]
    const { failed, outdated, disabled, lastReload, readiness, registration } = shim.status
    const { waitingFor = [] } = registration.apiObjects ?? {}
    const seen: Observation[] = [
      ...(readiness === 'ready' ? [] : [problem('it is shutting down', 'Start it again.')]),
      ...Object.entries(failed).map(([id, error]) =>
        problem(`policy ${id} cannot be asked: ${error}`, 'Repair it; `gatehouse lint` checks it without a shim.'),
      ),
      ...Object.entries(outdated).map(([id, error]) =>
        warning(
          `policy ${id} answers in its last good version: ${error}`,
          'Repair it; after a restart nothing would answer.',
        ),
      ),
      ...(lastReload.refusal === undefined
        ? []
        : [
            problem(
              `the policies on the disk are refused: ${lastReload.refusal}`,
              'Repair them; a restart would fail.',
            ),
          ]),
      ...waitingFor.map((name) =>
        warning(
          `the policies in force here are not registered: ${name} does not answer for them`,
          'Give every shim the same policies.',
        ),
      ),
      ...disabled.map(({ policyId, until }) =>
        warning(`${policyId === undefined ? 'every policy' : `policy ${policyId}`} is disabled by hand until ${until}`),
      ),
    ]
    return seen.length > 0 ? seen : [search.shim, ok(`${shim.status.policies.total} policies, all as configured`)]
  },
}
