import { storeFolder } from '../../artifacts/store/config.ts'
import type { WebhookSource } from '../../plugin/webhook-source.ts'
import { programFiles } from '../../util/package-root.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import type { ClusterProcessSpec } from './cluster-processes.ts'
import type { MemberLayout } from './layout.ts'
import { answersOnSocket } from './unix-probe.ts'

/** What a shim has to know of the API server beside it. */
export interface ApiServerBeside {
  readonly webhooks: WebhookSource
  readonly kubernetesVersion: string
}

function targetOf({ staticManifests, shimKubeconfig }: MemberLayout, { webhooks }: ApiServerBeside): string[] {
  return webhooks === 'static'
    ? [`--static-manifests=${staticManifests}`]
    : ['--register=api', `--kubeconfig=${shimKubeconfig}`]
}

/**
 * The shim beside one API server: this same program, under this same Node. It registers its policies where it is told of an API
 * server that asks by webhooks.
 */
export function shimProcess(
  member: MemberLayout,
  { policies, registration, defaultExclusions, shimArgs = [] }: WasmPoliciesOptions,
  beside?: ApiServerBeside | 'framed',
): ClusterProcessSpec {
  const { number, socket, framedSocket, certificates } = member
  const registering = (target: readonly string[], { kubernetesVersion }: ApiServerBeside) => [
    ...target,
    `--kubernetes-version=${kubernetesVersion}`,
    ...(registration === undefined ? [] : [`--registration=${registration}`]),
    ...(defaultExclusions ? [] : ['--no-default-exclusions']),
  ]
  const flags = [
    `--policies=${policies}`,
    `--socket=${socket}`,
    `--cert-dir=${certificates}`,
    // the user's own: whatever was pulled before is there
    `--policies-download-dir=${storeFolder()}`,
    ...(beside === 'framed' ? [`--framed-socket=${framedSocket}`] : []),
    ...(typeof beside === 'object' ? registering(targetOf(member, beside), beside) : []),
  ]
  return {
    name: `shim-${number}`,
    command: process.execPath,
    args: [...programFiles(), 'shim', ...flags, ...shimArgs],
    environment: {},
    readiness: { isReady: (signal) => answersOnSocket(socket, '/readiness', signal), timeoutMs: 60_000 },
  }
}
