import type { ApiObject, ApiReader } from '../api-reader.ts'
import { isOurs, listUrlWebhooks, nameOf, type UrlWebhook } from '../our-webhooks.ts'
import type { DoctorContext } from './context.ts'
import { readStaticManifests } from './static-manifests.ts'

export const WEBHOOK_PATHS = [
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
] as const

/** An entry of ours that the API server calls, and where it is written. */
export interface RegisteredWebhook extends UrlWebhook {
  readonly place: string
}

/** All entries of ours, in files and in the API, that come by URL. */
export async function listRegistered({ apiServer, api }: DoctorContext): Promise<RegisteredWebhook[]> {
  const manifests = apiServer === undefined ? [] : await readStaticManifests(apiServer)
  const inFiles = manifests.flatMap(({ path, objects }) =>
    objects instanceof Error
      ? []
      : objects.filter((object) => isOurs(object)).flatMap((object) => entriesOf(object, path)),
  )
  const objects = api === undefined ? [] : await listOurObjects(api)
  return [...inFiles, ...objects.flatMap((object) => entriesOf(object, `${object['kind']} ${nameOf(object)}`))]
}

/** Our webhook configurations in the API, each with its kind. */
export async function listOurObjects(api: ApiReader): Promise<ApiObject[]> {
  return (await listWebhookObjects(api)).filter((object) => isOurs(object))
}

/** Everybody's webhook configurations in the API, each with its kind, which items of a list do not tell. */
export async function listWebhookObjects(api: ApiReader): Promise<ApiObject[]> {
  const [validating = [], mutating = []] = await Promise.all(WEBHOOK_PATHS.map((path) => api.list(path)))
  return [
    ...validating.map((object) => ({ ...object, kind: 'ValidatingWebhookConfiguration' })),
    ...mutating.map((object) => ({ ...object, kind: 'MutatingWebhookConfiguration' })),
  ]
}

function entriesOf(object: ApiObject, place: string): RegisteredWebhook[] {
  return listUrlWebhooks(object).map((webhook) => ({ ...webhook, place }))
}
