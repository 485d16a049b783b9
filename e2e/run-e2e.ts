import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Steps } from '../util/steps.ts'
import { collectState } from './collect-state.ts'
import { K3sSite } from './k3s/k3s-site.ts'
import { KindSite } from './kind/kind-site.ts'
import { LocalSite } from './local/local-site.ts'
import { writeScenarioPolicies } from './policies.ts'
import type { ProviderName } from './providers.ts'
import { countOutcomes, type ScenarioResult, type StepResult } from './results.ts'
import { runScenario } from './run-scenario.ts'
import type { Mode, Site } from './site.ts'
import { createScenario } from './steps/index.ts'

export interface E2eOptions {
  readonly provider: ProviderName
  readonly modes: readonly Mode[]
  readonly kubernetesVersion: string
  readonly assets?: string
  /** Of kind's node, or of k3s. */
  readonly nodeImage?: string
  /** A policies.yml in the place of the scenario's own, with the same policies. */
  readonly policies?: string
  /** Where logs and state go when a step fails. */
  readonly folder: string
  /** Leaves the cluster of a scenario that failed. */
  readonly retain: boolean
  readonly signal?: AbortSignal
}

/** Hears what becomes of each step, as soon as it is known. */
export type Listener = (scenario: string, result: StepResult) => void

/** Runs the scenario in each mode, on a cluster of its own that is gone afterwards. */
export async function runE2e(
  options: E2eOptions,
  steps: Steps,
  onResult: Listener,
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = []
  for (const mode of options.modes) results.push(await runMode(mode, options, { steps, onResult }))
  return results
}

interface Reporting {
  readonly steps: Steps
  readonly onResult: Listener
}

async function runMode(mode: Mode, options: E2eOptions, { steps, onResult }: Reporting): Promise<ScenarioResult> {
  const { signal } = options
  await using resources = new AsyncDisposableStack()
  const policies = options.policies === undefined ? await createPolicies(resources) : resolve(options.policies)
  const startedAt = performance.now()
  const site = resources.use(await startSite(mode, policies, options, steps))
  const { title } = site
  const started: StepResult = {
    title: 'a cluster starts',
    seconds: (performance.now() - startedAt) / 1000,
    outcome: { kind: 'passed' },
  }
  onResult(title, started)
  const run = await runScenario(site, createScenario(), { steps, signal, onResult: (step) => onResult(title, step) })
  const result = { title, mode, kubernetesVersion: site.kubernetesVersion, steps: [started, ...run] }
  if (countOutcomes(run).failed === 0) return result
  const folder = resolve(options.folder, `${options.provider}-${mode}`)
  const collected = await steps.run(`Collecting logs and state in ${folder}`, () => collectState(site, folder))
  if (!options.retain) return { ...result, collected }
  resources.move()
  return { ...result, collected, retained: site.hints }
}

async function createPolicies(resources: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  return writeScenarioPolicies(folder)
}

function startSite(mode: Mode, policies: string, options: E2eOptions, steps: Steps): Promise<Site> {
  const { provider, kubernetesVersion, assets, nodeImage, retain, signal } = options
  const stage = {
    name: `e2e-${mode}-${randomBytes(2).toString('hex')}`,
    kubernetesVersion,
    retain,
    ...(assets !== undefined && { assets }),
    ...(nodeImage !== undefined && { nodeImage }),
    ...(signal !== undefined && { signal }),
  }
  if (provider === 'local') return LocalSite.start(mode, policies, stage, steps)
  if (provider === 'k3s') return K3sSite.start(mode, policies, stage, steps)
  return KindSite.start(mode, policies, stage, steps)
}
