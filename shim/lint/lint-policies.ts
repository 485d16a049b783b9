import { availableParallelism } from 'node:os'
import { isGatehouseError } from '../../util/errors.ts'
import { SILENT_LOG } from '../../util/log.ts'
import type { Problem } from '../../util/problems.ts'
import { problemAt } from '../../util/yaml/schema-problems.ts'
import { isExpired } from '../exemptions/exemption.ts'
import { FLAG_DEFAULTS } from '../flag-defaults.ts'
import type { ReadModules } from '../modules/module-content.ts'
import { pullModules } from '../modules/pull-modules.ts'
import { readModules } from '../policies/module-source.ts'
import { parsePolicies } from '../policies/parse-policies.ts'
import { readPolicyFiles } from '../policies/policy-files.ts'
import type { ParsedPolicies, PlacedPolicy } from '../policies/read-policies.ts'
import { loadPolicySet } from '../policy-set/load-policy-set.ts'
import { type FailedPolicy, listFailures } from '../policy-set/policy-set.ts'
import { EvaluatorPool, type StartedEvaluatorPool } from '../pool/evaluator-pool.ts'

export interface LintReport {
  /** How many policies could be read. */
  readonly policies: number
  readonly problems: readonly Problem[]
  /** What a shim takes: exemptions that have expired, members that no expression asks, keys that are no fields. */
  readonly warnings: readonly Problem[]
}

/**
 * Checks policies as a shim with default limits would when it loads them, each path as a set of its own; policies that
 * can be read are loaded even where others cannot. Never throws for what lies at a path.
 */
export async function lintPolicies(paths: readonly string[], read: ReadModules = pullModules()): Promise<LintReport> {
  const workers = availableParallelism()
  const quiet = { log: SILENT_LOG, onPolicyLog() {}, onThreadEnd() {} }
  await using pool = await new EvaluatorPool({ ...quiet, workers, queue: workers }).start()
  const reports: LintReport[] = []
  for (const path of paths) reports.push(await lintPath(path, { pool, workers, read }))
  return {
    policies: reports.reduce((sum, { policies }) => sum + policies, 0),
    problems: reports.flatMap(({ problems }) => problems),
    warnings: reports.flatMap(({ warnings }) => warnings),
  }
}

interface LintPathOptions {
  readonly pool: StartedEvaluatorPool
  readonly workers: number
  readonly read: ReadModules
}

async function lintPath(path: string, { pool, workers, read }: LintPathOptions): Promise<LintReport> {
  const { policies, problems, warnings } = await readPolicies(path)
  const placed = new Map(policies.map((policy) => [policy.spec.id, policy]))
  const specs = [...placed.values()].map(({ spec }) => spec)
  const loaded = await loadPolicySet(
    { specs, modules: await readModules(specs, read) },
    {
      pool: async () => pool,
      workers,
      memoryLimitBytes: FLAG_DEFAULTS.memoryLimitMib * 1024 * 1024,
      policyTimeoutMs: FLAG_DEFAULTS.policyTimeoutSeconds * 1000,
      signal: new AbortController().signal,
      log: SILENT_LOG,
    },
  )
  const refused = listFailures(loaded).flatMap((failed) => describeFailure(failed, placed.get(failed.id)))
  return {
    policies: policies.length,
    problems: [...problems, ...refused],
    warnings: [...warnings, ...policies.flatMap(findExpired)],
  }
}

async function readPolicies(path: string): Promise<ParsedPolicies> {
  try {
    return await parsePolicies(path, await readPolicyFiles(path))
  } catch (error) {
    if (!isGatehouseError(error, 'ERR_FILE_READ')) throw error
    return { policies: [], problems: [{ file: path, message: error.message }], warnings: [] }
  }
}

function findExpired({ spec, document, exemptionsPath }: PlacedPolicy): Problem[] {
  return (spec.exemptions ?? []).flatMap((exemption, index) =>
    isExpired(exemption, Date.now())
      ? [
          problemAt(
            document,
            [...exemptionsPath, index, 'until'],
            `has passed (${exemption.until}); remove the exemption`,
          ),
        ]
      : [],
  )
}

function describeFailure({ failures }: FailedPolicy, policy: PlacedPolicy | undefined): Problem[] {
  if (policy === undefined) return []
  return failures.map(({ path, error }) => problemAt(policy.document, [...policy.fieldsPath, ...path], error))
}
