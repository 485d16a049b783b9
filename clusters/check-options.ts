import { chooseWebhookSource } from '../plugin/webhook-source.ts'
import { isGatehouseError } from '../util/errors.ts'
import { type Problem, throwProblems } from '../util/problems.ts'
import { parseKubernetesVersion } from './binaries/versions.ts'
import { checkClusterName } from './cluster-name.ts'
import type { ClusterOptions } from './cluster-provider.ts'

/** Whether something is wrong, with which option, and a sentence that goes on from its name: what it is, and the way out. */
export type OptionCheck = readonly [isWrong: boolean, option: string, sentence: string]

/**
 * Refuses what no cluster can have, and what those of one provider cannot, all at once; the rest of the code trusts the options.
 * @throws ERR_CLUSTER_NAME, ERR_CLUSTER_OPTIONS
 */
export function refuseOptions(options: ClusterOptions, ofProvider: readonly OptionCheck[]): void {
  checkClusterName(options.name)
  const own = ofProvider.filter(([isWrong]) => isWrong).map(([, field, message]) => ({ field, message }))
  throwProblems('ERR_CLUSTER_OPTIONS', [...findVersionProblems(options), ...findFlagProblems(options), ...own])
}

function findVersionProblems({ kubernetesVersion, wasmPolicies }: ClusterOptions): Problem[] {
  const unknown = whyNot('kubernetesVersion', () => parseKubernetesVersion(kubernetesVersion))
  // what an unknown version has is unknown
  if (unknown.length > 0) return unknown
  return whyNot('webhooks', () => chooseWebhookSource(kubernetesVersion, wasmPolicies?.webhooks))
}

function findFlagProblems({ apiServerArgs = [], memberArgs = [] }: ClusterOptions): Problem[] {
  const given = { apiServerArgs, memberArgs: memberArgs.flat() }
  return Object.entries(given).flatMap(([field, args]) =>
    args
      .filter((arg) => !/^[a-z][a-z0-9-]*=/.test(arg))
      .map((arg) => ({ field, message: `'${arg}' is no flag with a value: write it as name=value, without dashes` })),
  )
}

function whyNot(field: string, check: () => unknown): Problem[] {
  try {
    check()
    return []
  } catch (error) {
    if (!isGatehouseError(error)) throw error
    return [{ field, message: [error.message, error.hint].join('. ') }]
  }
}
