import { chooseWebhookSource } from '../../plugin/webhook-source.ts'
import { GatehouseError } from '../../util/errors.ts'
import { parseKubernetesVersion } from '../binaries/versions.ts'
import { refuseOptions } from '../check-options.ts'
import type { ClusterOptions } from '../cluster-provider.ts'
import { placementOf } from '../node/node-record.ts'

/** Flags of kube-apiserver that name files; a node has none of the user's, and ours are in the way. */
const OUR_FLAGS = ['egress-selector-config-file', 'admission-control-config-file']

/** Refuses options that no kind cluster can have. */
export function checkOptions(options: ClusterOptions): void {
  const { apiServers, apiServer = 'stock', apiServerArgs = [], memberArgs = [], assets, wasmPolicies } = options
  const ours = wasmPolicies && apiServerArgs.find((arg) => OUR_FLAGS.some((flag) => arg.startsWith(`${flag}=`)))
  const placement = placementOf(options)
  refuseOptions(options, [
    [
      apiServers !== 1,
      'apiServers',
      `is ${apiServers}, and kind puts a load balancer before several, whose image not every machine can have: use 1 here, ` +
        'kind-config/three-control-planes with kind itself, or the provider local',
    ],
    [
      apiServer !== 'stock',
      'apiServer',
      `is ${apiServer}, and a node's image holds the stock one: use the provider local`,
    ],
    [memberArgs.flat().length > 0, 'memberArgs', 'is for several API servers, which the provider local has'],
    [assets !== undefined, 'assets', "names a folder of binaries, and a node's are in its image"],
    [
      ours !== undefined,
      'apiServerArgs',
      `'${ours}' names a file, which is not on the node; the gate WasmPolicies gives that flag itself`,
    ],
    [
      placement !== 'host' && takesObjects(options),
      'shim',
      `is ${placement}, which takes static manifests: a shim that writes API objects needs credentials before there is an API server`,
    ],
  ])
}

function takesObjects({ kubernetesVersion, wasmPolicies }: ClusterOptions): boolean {
  try {
    return chooseWebhookSource(parseKubernetesVersion(kubernetesVersion).patch, wasmPolicies?.webhooks) === 'api'
  } catch {
    // refused for itself
    return false
  }
}

/** A kind cluster that somebody made without us is his. */
export function refuseForeign(name: string): GatehouseError {
  return new GatehouseError('ERR_CLUSTER_EXISTS', `kind has a cluster '${name}' that is not ours`, {
    hint: `Choose another --name, or remove it: kind delete cluster --name ${name}.`,
  })
}
