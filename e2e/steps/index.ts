import type { ScenarioStep } from '../scenario-step.ts'
import { absenceSteps } from './absence.ts'
import { comingAndGoing } from './coming-and-going.ts'
import { crashSteps } from './crash.ts'
import { fallbackSteps } from './fallback.ts'
import { operationSteps } from './operations.ts'
import { verdictSteps } from './verdicts.ts'
import { workloadSteps } from './workloads.ts'

/** The scenario, from a cluster that knows nothing of policies to the same cluster again. For one run. */
export function createScenario(): readonly ScenarioStep[] {
  const { first, last } = comingAndGoing()
  return [
    ...first,
    ...verdictSteps('combined'),
    {
      title: 'the policies are registered anew, with an entry each',
      needs: ['registers-webhooks'],
      isFoundation: true,
      run: (site) => site.changeRegistration('per-policy'),
    },
    ...verdictSteps('per-policy'),
    ...workloadSteps,
    ...operationSteps,
    ...crashSteps,
    ...fallbackSteps,
    ...absenceSteps,
    ...last,
  ]
}
