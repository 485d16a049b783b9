import { chooseWebhookSource } from '../../plugin/webhook-source.ts'
import { GatehouseError } from '../../util/errors.ts'
import { type Problem, throwProblems } from '../../util/problems.ts'
import { parseKubernetesVersion } from '../binaries/versions.ts'
import { checkClusterName } from '../cluster-name.ts'
import type { ClusterOptions } from '../cluster-provider.ts'
import { placementOf } from './record.ts'

/** Flags of kube-apiserver that name files; a node has none of the user's, and ours are in the way. */
const OUR_FLAGS = ['egress-selector-config-file', 'admission-control-config-file']

/** Refuses what this provider does not do, option by option, all at once. */
export function checkOptions(options: ClusterOptions): void {
  checkClusterName(options.name)
  const { patch } = parseKubernetesVersion(options.kubernetesVersion)
  chooseWebhookSource(patch, options.wasmPolicies?.webhooks)
  throwProblems('ERR_CLUSTER_OPTIONS', findProblems(options))
}

function findProblems(options: ClusterOptions): Problem[] {
  const { apiServers, apiServer = 'stock', apiServerArgs = [], memberArgs = [], assets, wasmPolicies } = options
  const malformed = apiServerArgs.find((arg) => !/^[a-z][a-z0-9-]*=/.test(arg))
  const ours = wasmPolicies && apiServerArgs.find((arg) => OUR_FLAGS.some((flag) => arg.startsWith(`${flag}=`)))
  const checks: [boolean, string, string][] = [
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
      malformed !== undefined,
      'apiServerArgs',
      `'${malformed}' is no flag with a value: write it as name=value, without dashes`,
    ],
    [
      ours !== undefined,
      'apiServerArgs',
      `'${ours}' names a file, which is not on the node; the gate WasmPolicies gives that flag itself`,
    ],
    [
      placementOf(options) !== 'host' && chosenSource(options) === 'api',
      'shim',
      `is ${placementOf(options)}, which takes static manifests: a shim that writes API objects needs credentials before there is an API server`,
    ],
  ]
  return checks.filter(([isWrong]) => isWrong).map(([, field, message]) => ({ field, message }))
}

function chosenSource({ kubernetesVersion, wasmPolicies }: ClusterOptions): string | undefined {
  return wasmPolicies && chooseWebhookSource(parseKubernetesVersion(kubernetesVersion).patch, wasmPolicies.webhooks)
}

/** A kind cluster that somebody made without us is his. */
export function refuseForeign(name: string): GatehouseError {
  return new GatehouseError('ERR_CLUSTER_EXISTS', `kind has a cluster '${name}' that is not ours`, {
    hint: `Choose another --name, or remove it: kind delete cluster --name ${name}.`,
  })
}
