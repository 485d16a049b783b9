import { chooseWebhookSource } from '../../plugin/webhook-source.ts'
import { GatehouseError } from '../../util/errors.ts'
import { parseKubernetesVersion } from '../binaries/versions.ts'
import { checkClusterName } from '../cluster-name.ts'
import type { ClusterOptions } from '../cluster-provider.ts'

/** As many as a machine may want; each takes 300 MB. */
const MAX_API_SERVERS = 9

/** Refuses options that no local cluster can have; the rest of the code trusts them. */
export function checkOptions(options: ClusterOptions): void {
  checkClusterName(options.name)
  parseKubernetesVersion(options.kubernetesVersion)
  chooseWebhookSource(options.kubernetesVersion, options.wasmPolicies?.webhooks)
  refuseWhatIsKinds(options)
  refuseWhatIsOfWebhooks(options)
  const { apiServers, apiServerArgs = [], memberArgs = [] } = options
  if (!Number.isInteger(apiServers) || apiServers < 1 || apiServers > MAX_API_SERVERS) {
    throw refuse(`apiServers is ${apiServers}`, `Choose a number from 1 to ${MAX_API_SERVERS}.`)
  }
  if (memberArgs.length > apiServers) {
    throw refuse(`memberArgs has ${memberArgs.length} entries for ${apiServers} API servers`, 'Leave some out.')
  }
  const malformed = [apiServerArgs, ...memberArgs].flat().find((arg) => !/^[a-z][a-z0-9-]*=/.test(arg))
  if (malformed !== undefined) {
    throw refuse(`'${malformed}' is no flag of kube-apiserver with a value`, 'Write it as name=value, without dashes.')
  }
}

// A flag that has no effect would be a misunderstanding.
function refuseWhatIsKinds({ nodeImage, wasmPolicies }: ClusterOptions): void {
  const { placement = 'host' } = wasmPolicies ?? {}
  const hint = 'Use the provider kind.'
  if (nodeImage !== undefined) throw refuse(`nodeImage is ${nodeImage}, and local processes run in no node`, hint)
  if (placement !== 'host') throw refuse(`shim is ${placement}, and local API servers run in no Pod`, hint)
}

const GATE_HINT = 'Turn the gate on: --feature-gates WasmPolicies=true and --policies PATH.'

// Our own API server asks policies without webhooks, and in process there is no shim either.
function refuseWhatIsOfWebhooks({ apiServer = 'stock', wasmPolicies }: ClusterOptions): void {
  if (apiServer === 'stock') return
  const hint = 'Leave it out, or use the stock API server.'
  if (wasmPolicies === undefined) {
    if (apiServer === 'in-process') return
    throw refuse(`apiServer is ${apiServer}, and without the gate WasmPolicies there is no shim`, GATE_HINT)
  }
  const { webhooks, registration, shimArgs = [] } = wasmPolicies
  if (webhooks !== undefined) throw refuse(`webhooks is ${webhooks}, and apiServer ${apiServer} has none`, hint)
  if (registration !== undefined)
    throw refuse(`registration is ${registration}, and apiServer ${apiServer} has none`, hint)
  if (apiServer === 'in-process' && shimArgs.length > 0)
    throw refuse(`shimArgs is ${shimArgs.join(' ')}, and apiServer ${apiServer} has no shim`, hint)
}

function refuse(message: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_CLUSTER_OPTIONS', message, { hint })
}
