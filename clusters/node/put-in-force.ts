import { ensureHostShim, stopHostShim, waitForShim } from './host-shim.ts'
import { type NodeRecord, placementOf } from './node-record.ts'
import { registerPolicies } from './registration.ts'

interface Remembers {
  update(changes: { readonly policiesDigest: string }): Promise<void>
}

export interface PutInForceOptions<R> {
  /** Of the policies as they are now. */
  readonly policiesDigest: string
  /** Gives the shim its way to the API server, where it writes objects. */
  writeShimKubeconfig(record: R): Promise<void>
  readonly signal: AbortSignal | undefined
}

/** Has the shim decide by the policies as they are now, and waits until the API server acts on them. */
export async function putPoliciesInForce<R extends NodeRecord & Remembers>(
  record: R,
  { policiesDigest, writeShimKubeconfig, signal }: PutInForceOptions<R>,
): Promise<void> {
  const { policiesDigest: known, webhooks } = record.state
  // it reads them when it starts; one on the node sees them change
  if (known !== undefined && known !== policiesDigest && placementOf(record.state) === 'host')
    await stopHostShim(record)
  if (webhooks === 'api') await writeShimKubeconfig(record)
  await ensureHostShim(record, signal)
  await waitForShim(record, signal)
  await registerPolicies(record)
  await record.update({ policiesDigest })
}
