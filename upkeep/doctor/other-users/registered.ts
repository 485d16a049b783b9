import { isRecord } from '../../../util/record.ts'
import type { ApiObject, ApiReader } from '../../api-reader.ts'
import { isOurs, listUrlWebhooks, nameOf } from '../../our-webhooks.ts'
import { listWebhookObjects } from '../registered.ts'
import { type EgressUser, userOf } from './egress-user.ts'

/** Who takes the socket because of an object: other people's webhooks, and CRD conversions, that come by URL. */
export async function listRegisteredUsers(api: ApiReader): Promise<EgressUser[]> {
  const foreign = (await listWebhookObjects(api)).filter((object) => !isOurs(object))
  const definitions = await api.list('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
  return [
    ...foreign.flatMap((object) =>
      listUrlWebhooks(object).map(({ name, url }) => userOf(`the webhook ${name} of ${nameOf(object)}`, url.href)),
    ),
    ...definitions.flatMap(listConversions),
  ]
}

function listConversions(object: ApiObject): EgressUser[] {
  const { conversion } = isRecord(object['spec']) ? object['spec'] : {}
  const { webhook } = isRecord(conversion) ? conversion : {}
  const { clientConfig } = isRecord(webhook) ? webhook : {}
  const { url } = isRecord(clientConfig) ? clientConfig : {}
  return url === undefined ? [] : [userOf(`the conversion of ${nameOf(object)}`, url)]
}
