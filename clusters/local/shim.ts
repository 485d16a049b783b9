import type { WebhookSource } from '../../plugin/webhook-source.ts'
import { modulePath } from '../../util/package-root.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import type { ClusterProcessSpec } from './cluster-processes.ts'
import type { MemberLayout } from './layout.ts'
import { answersOnSocket } from './unix-probe.ts'

/** What a shim has to know of the API server beside it. */
export interface ApiServerBeside {
  readonly webhooks: WebhookSource | undefined
  readonly kubernetesVersion: string
}

/** The shim beside one API server: this same program, under this same Node. */
export function shimProcess(
  { number, socket, certificates, staticManifests }: MemberLayout,
  { policies, registration, defaultExclusions, shimArgs = [] }: WasmPoliciesOptions,
  beside?: ApiServerBeside,
): ClusterProcessSpec {
  const inStep = [
    `--static-manifests=${staticManifests}`,
    `--kubernetes-version=${beside?.kubernetesVersion}`,
    ...(registration === undefined ? [] : [`--registration=${registration}`]),
    ...(defaultExclusions ? [] : ['--no-default-exclusions']),
  ]
  const flags = [
    `--policies=${policies}`,
    `--socket=${socket}`,
    `--cert-dir=${certificates}`,
    ...(beside?.webhooks === 'static' ? inStep : []),
  ]
  return {
    name: `shim-${number}`,
    command: process.execPath,
    args: [modulePath('cli/main'), 'shim', ...flags, ...shimArgs],
    environment: {},
    readiness: { isReady: (signal) => answersOnSocket(socket, '/readiness', signal), timeoutMs: 60_000 },
  }
}
