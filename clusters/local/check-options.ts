import { type OptionCheck, refuseOptions } from '../check-options.ts'
import type { ClusterOptions } from '../cluster-provider.ts'

/** As many as a machine may want; each takes 300 MB. */
const MAX_API_SERVERS = 9

/** Refuses options that no local cluster can have. */
export function checkOptions(options: ClusterOptions): void {
  const { apiServers, memberArgs = [] } = options
  refuseOptions(options, [
    [
      !Number.isInteger(apiServers) || apiServers < 1 || apiServers > MAX_API_SERVERS,
      'apiServers',
      `is ${apiServers}: choose a number from 1 to ${MAX_API_SERVERS}`,
    ],
    [
      memberArgs.length > apiServers,
      'memberArgs',
      `has ${memberArgs.length} entries for ${apiServers} API servers: leave some out`,
    ],
    ...checkWhatIsOfNodes(options),
    ...checkWhatIsOfWebhooks(options),
  ])
}

// A flag that has no effect would be a misunderstanding.
function checkWhatIsOfNodes({ nodeImage, wasmPolicies }: ClusterOptions): OptionCheck[] {
  const { placement = 'host' } = wasmPolicies ?? {}
  return [
    [
      nodeImage !== undefined,
      'nodeImage',
      `is ${nodeImage}, and local processes run in no node: use the provider kind`,
    ],
    [placement !== 'host', 'shim', `is ${placement}, and local API servers run in no Pod: use the provider kind`],
  ]
}

// Our own API server asks policies without webhooks, and in process there is no shim either.
function checkWhatIsOfWebhooks({ apiServer = 'stock', wasmPolicies }: ClusterOptions): OptionCheck[] {
  if (apiServer === 'stock') return []
  if (wasmPolicies === undefined) {
    const wayOut = 'turn it on by --feature-gates WasmPolicies=true and --policies PATH'
    const sentence = `is ${apiServer}, and without the gate WasmPolicies there is no shim: ${wayOut}`
    return [[apiServer !== 'in-process', 'apiServer', sentence]]
  }
  const { webhooks, registration, shimArgs = [] } = wasmPolicies
  const wayOut = 'leave it out, or use the stock API server'
  return [
    [webhooks !== undefined, 'webhooks', `is ${webhooks}, and apiServer ${apiServer} has none: ${wayOut}`],
    [registration !== undefined, 'registration', `is ${registration}, and apiServer ${apiServer} has none: ${wayOut}`],
    [
      apiServer === 'in-process' && shimArgs.length > 0,
      'shimArgs',
      `is ${shimArgs.join(' ')}, and apiServer ${apiServer} has no shim: ${wayOut}`,
    ],
  ]
}
