import { resolve } from 'node:path'
import type { ClusterOptions } from './cluster-provider.ts'

/** What is remembered must mean the same wherever the next command is run. */
export function withAbsolutePaths<Options extends ClusterOptions>(options: Options): Options {
  const { kubeconfig, assets, wasmPolicies } = options
  return {
    ...options,
    ...(kubeconfig !== undefined && { kubeconfig: resolve(kubeconfig) }),
    ...(assets !== undefined && { assets: resolve(assets) }),
    ...(wasmPolicies !== undefined && {
      wasmPolicies: { ...wasmPolicies, policies: resolve(wasmPolicies.policies) },
    }),
  }
}
