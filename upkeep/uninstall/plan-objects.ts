import type { KubeClient } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import { isRecord } from '../../util/record.ts'
import { type ApiObject, createApiReader } from '../api-reader.ts'
import { listWebhookObjects, WEBHOOK_PATHS } from '../doctor/registered.ts'
import { isOurs, nameOf } from '../our-webhooks.ts'
import type { Step } from './step.ts'

const LABEL = 'app.kubernetes.io/managed-by=gatehouse'

/** What to do with the webhook configurations in the API: ours go, by name and label. @throws as `KubeClient` */
export async function planObjects(client: KubeClient): Promise<Step[]> {
  const objects = await listWebhookObjects(createApiReader(client))
  return objects.flatMap((object) => planObject(client, object))
}

function planObject(client: KubeClient, object: ApiObject): Step[] {
  const what = `${object['kind']} ${nameOf(object)}`
  if (isOurs(object))
    return [{ what, action: 'remove', why: `has the label ${LABEL}`, perform: () => deleteObject(client, object) }]
  // somebody took the name, or the label
  const resembles = nameOf(object).startsWith('gatehouse') || JSON.stringify(object['metadata']).includes(LABEL)
  return resembles ? [{ what, action: 'leave', why: `is not ours: it lacks the name or the label ${LABEL}` }] : []
}

// By its uid, so that one which has taken the name since is not meant.
async function deleteObject(client: KubeClient, object: ApiObject): Promise<void> {
  const [validating, mutating] = WEBHOOK_PATHS
  const path = object['kind'] === 'ValidatingWebhookConfiguration' ? validating : mutating
  const { uid } = isRecord(object['metadata']) ? object['metadata'] : {}
  try {
    await client.call({ method: 'DELETE', path: `${path}/${nameOf(object)}`, body: { preconditions: { uid } } })
  } catch (error) {
    if (!isKubeError(error, 404)) throw error
  }
}
