import { type Lease, leasePath, leasesPath } from '../../kube/lease/lease.ts'
import type { KubeClient } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import { ELECTION_LEASE, LEASES_NAMESPACE } from '../../plugin/registration-leases.ts'
import { MEMBER_SELECTOR } from '../../shim/api-registration/member.ts'
import type { Step } from './step.ts'

/** What to do with the Leases of shims that register by API objects: those of shims that are gone go, the others say who is left. */
export async function planLeases(client: KubeClient, now = new Date()): Promise<Step[]> {
  const leases = await listLeases(client)
  const steps = leases.map((lease) => planLease(client, lease, now))
  const isLeft = steps.some(({ action }) => action === 'leave')
  if (leases.length === 0 || isLeft) return steps
  return [...steps, removal(client, ELECTION_LEASE, 'no shim holds it any more')]
}

function planLease(client: KubeClient, { metadata: { name }, spec }: Lease, now: Date): Step {
  const endsAt = Date.parse(spec.renewTime ?? '') + (spec.leaseDurationSeconds ?? 0) * 1000
  if (!(endsAt > now.getTime())) return removal(client, name, 'its shim does not renew it any more')
  const why =
    'lives, or did a minute ago, and puts the webhook configurations back: stop it, or take out its --register api'
  return { what: `shim ${name}`, action: 'leave', why }
}

function removal(client: KubeClient, name: string, why: string): Step {
  const perform = async () => {
    try {
      await client.call({ method: 'DELETE', path: leasePath({ namespace: LEASES_NAMESPACE, name }) })
    } catch (error) {
      if (!isKubeError(error, 404)) throw error
    }
  }
  return { what: `Lease ${LEASES_NAMESPACE}/${name}`, action: 'remove', why, perform }
}

async function listLeases(client: KubeClient): Promise<readonly Lease[]> {
  const path = `${leasesPath(LEASES_NAMESPACE)}?${new URLSearchParams({ labelSelector: MEMBER_SELECTOR })}`
  try {
    return (await client.call<{ items: Lease[] }>({ path })).items
  } catch (error) {
    // whoever may not look at Leases may still remove webhook configurations
    if (isKubeError(error, 403)) return []
    throw error
  }
}
