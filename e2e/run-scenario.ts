import { messageOf } from '../util/errors.ts'
import type { Steps } from '../util/steps.ts'
import type { Outcome, StepResult } from './results.ts'
import type { ScenarioStep, Tell } from './scenario-step.ts'
import type { Site } from './site.ts'

export interface RunOptions {
  readonly steps: Steps
  readonly signal?: AbortSignal | undefined
  readonly onResult: (result: StepResult) => void
}

/** Runs the steps one after the other. One that fails keeps those after it from running only where they stand on it. */
export async function runScenario(
  site: Site,
  scenario: readonly ScenarioStep[],
  { steps, signal, onResult }: RunOptions,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  let missing: string | undefined
  for (const step of scenario) {
    signal?.throwIfAborted()
    const startedAt = performance.now()
    const reason = missing ?? findLack(site, step)
    const outcome = reason === undefined ? await runStep(site, step, steps) : ({ kind: 'skipped', reason } as const)
    signal?.throwIfAborted()
    const result = { title: step.title, seconds: (performance.now() - startedAt) / 1000, outcome }
    results.push(result)
    onResult(result)
    if (outcome.kind === 'failed' && step.isFoundation) missing ??= `it stands on what failed: ${step.title}`
  }
  return results
}

function findLack({ lacks }: Site, { needs = [] }: ScenarioStep): string | undefined {
  return needs.map((need) => lacks[need]).find((reason) => reason !== undefined)
}

async function runStep(site: Site, step: ScenarioStep, steps: Steps): Promise<Outcome> {
  try {
    await steps.run(step.title, (tell: Tell) => step.run(site, tell))
    return { kind: 'passed' }
  } catch (error) {
    return { kind: 'failed', message: messageOf(error) }
  }
}
