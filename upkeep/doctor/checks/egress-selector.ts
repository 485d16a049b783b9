import { readEgressSelections, readSocket } from '../api-server/config-files.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../context.ts'
import { type Observation, ok, problem, warning } from '../finding.ts'

/** Whether the egress selector leads to the shim's socket. */
export const egressSelectorCheck: Check = {
  name: 'egress-selector',
  async run(context) {
    const { apiServer } = context
    const selections = apiServer === undefined ? undefined : await readEgressSelections(apiServer)
    if (selections === undefined) return []
    const named = (pattern: RegExp) => selections.find(({ name }) => pattern.test(String(name)))
    const controlPlane = named(/^(controlplane|master)$/i)
    return [
      describeControlPlane(controlPlane, context),
      ...(named(/^cluster$/i) === undefined
        ? [warning('it has no selection `cluster`: Service webhooks lose their dial timeout', 'Add it, as Direct.')]
        : []),
      ...(named(/^etcd$/i) === undefined
        ? []
        : [warning('it has a selection `etcd`, which breaks an etcd on a Unix socket')]),
    ]
  },
}

function describeControlPlane(
  controlPlane: Readonly<Record<string, unknown>> | undefined,
  { shim }: DoctorContext,
): Observation {
  if (controlPlane === undefined)
    return problem(
      'it has no selection `controlplane`: no webhook goes through the socket',
      'Merge ours: `gatehouse manifests --egress-selector FILE`.',
    )
  const socket = readSocket(controlPlane)
  if (socket === undefined)
    return problem(
      `controlplane is no HTTPConnect over a socket: ${JSON.stringify(controlPlane['connection'])}`,
      'An API server has one such selection: let it lead to the shim, and tunnel the rest by --allow-connect.',
    )
  const own = shim?.status.socket?.path
  if (own !== undefined && own !== socket)
    return problem(
      `controlplane leads to ${socket}, and the shim listens on ${own}`,
      `Start the shim with --socket ${socket}.`,
    )
  return ok(`controlplane leads to ${socket}`)
}
