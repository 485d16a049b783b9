import type { StandInOptions } from '../../../plugin/install/stand-in.ts'
import type { SelectorsBy } from '../../../plugin/registration/registration-plan.ts'
import { GatehouseError } from '../../../util/errors.ts'

export interface StandInFlags {
  readonly standIn?: true
  readonly shimHost?: string
  readonly selectors?: SelectorsBy
  readonly kubernetesVersion?: string
  readonly webhooks: boolean
}

/** What the pods have to know of the shims in whose place they are asked. @throws ERR_CLI_USAGE */
export function readStandIn(flags: StandInFlags): StandInOptions | undefined {
  const { standIn, shimHost, selectors, kubernetesVersion, webhooks } = flags
  if (standIn === undefined) {
    refuseIdle(flags)
    return undefined
  }
  if (!webhooks)
    throw refuse(
      '--no-webhooks excludes --stand-in, with which the pods and the shims write the webhook configurations',
      'Give --stand-in where shims have --register api, and --no-webhooks where they only have a --fallback.',
    )
  return {
    selectors: selectors ?? 'api-server',
    ...(shimHost !== undefined && { shimHost }),
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
  }
}

function refuseIdle({ shimHost, selectors, kubernetesVersion }: StandInFlags): void {
  const given = { '--shim-host': shimHost, '--selectors': selectors, '--kubernetes-version': kubernetesVersion }
  for (const [flag, value] of Object.entries(given))
    if (value !== undefined)
      throw refuse(`${flag} does nothing without --stand-in`, 'It is that of the shims which the pods stand in for.')
}

function refuse(message: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_CLI_USAGE', message, { hint })
}
