import { refuseOptions } from '../check-options.ts'
import type { ClusterOptions } from '../cluster-provider.ts'
import { placementOf } from '../node/node-record.ts'

/** Flags of kube-apiserver that name files; k3s's container has none of the user's, and ours are in the way. */
const OUR_FLAGS = ['egress-selector-config-file', 'admission-control-config-file']

/** Refuses options that no k3s cluster can have. */
export function checkOptions(options: ClusterOptions): void {
  const { apiServers, apiServer = 'stock', apiServerArgs = [], memberArgs = [], assets, wasmPolicies } = options
  const ours = wasmPolicies && apiServerArgs.find((arg) => OUR_FLAGS.some((flag) => arg.startsWith(`${flag}=`)))
  const placement = placementOf(options)
  refuseOptions(options, [
    [apiServers !== 1, 'apiServers', `is ${apiServers}, and a k3s cluster here is one server: use the provider local`],
    [
      apiServer !== 'stock',
      'apiServer',
      `is ${apiServer}, and k3s brings an API server of its own: use the provider local`,
    ],
    [memberArgs.flat().length > 0, 'memberArgs', 'is for several API servers, which the provider local has'],
    [assets !== undefined, 'assets', 'names a folder of binaries, and k3s is one program in its image'],
    [
      ours !== undefined,
      'apiServerArgs',
      `'${ours}' names a file, which is not in k3s's container; the gate WasmPolicies gives that flag itself`,
    ],
    [
      placement !== 'host',
      'shim',
      `is ${placement}, and k3s's API server is no Pod that a shim could stand beside: leave it on the host`,
    ],
  ])
}
