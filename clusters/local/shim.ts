import { modulePath } from '../../util/package-root.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import type { ClusterProcessSpec } from './cluster-processes.ts'
import type { MemberLayout } from './layout.ts'
import { answersOnSocket } from './unix-probe.ts'

/** The shim beside one API server: this same program, under this same Node. */
export function shimProcess(
  { number, socket, certificates }: MemberLayout,
  { policies, shimArgs = [] }: WasmPoliciesOptions,
): ClusterProcessSpec {
  const flags = [`--policies=${policies}`, `--socket=${socket}`, `--cert-dir=${certificates}`]
  return {
    name: `shim-${number}`,
    command: process.execPath,
    args: [modulePath('cli/main'), 'shim', ...flags, ...shimArgs],
    environment: {},
    readiness: { isReady: (signal) => answersOnSocket(socket, '/readiness', signal), timeoutMs: 60_000 },
  }
}
