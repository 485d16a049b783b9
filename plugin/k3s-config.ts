import type { ApiServerAdditions } from './api-server.ts'

/** A configuration file of `k3s server`, as far as we write it. https://docs.k3s.io/installation/configuration */
export interface K3sConfig {
  readonly 'egress-selector-mode'?: 'disabled'
  readonly 'kube-apiserver-arg'?: readonly string[]
}

const EGRESS_SELECTOR = 'egress-selector-config-file='

/**
 * Hands flags on to the API server inside of k3s. An egress selector takes the place of k3s's own, whose only selection leads to
 * agents by way of their tunnels; where all nodes can be reached without one, k3s is told that it needs none.
 */
export function k3sConfig({ flags }: Pick<ApiServerAdditions, 'flags'>): K3sConfig {
  const args = flags.map((flag) => flag.replace(/^--/, ''))
  return {
    ...(args.some((arg) => arg.startsWith(EGRESS_SELECTOR)) && { 'egress-selector-mode': 'disabled' }),
    ...(args.length > 0 && { 'kube-apiserver-arg': args }),
  }
}
