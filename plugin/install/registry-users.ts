import { head } from './head.ts'

export const REGISTRY_USERS_SECRET = 'gatehouse-registries'
/** The key that Secrets of this type have. */
export const REGISTRY_USERS_KEY = '.dockerconfigjson'

/** Who the pods are at registries, as Docker's config.json has it. */
export function registryUsersSecret(namespace: string, dockerConfig: string | undefined) {
  if (dockerConfig === undefined) return []
  return [
    {
      ...head('v1', 'Secret', { name: REGISTRY_USERS_SECRET, namespace }),
      type: 'kubernetes.io/dockerconfigjson',
      data: { [REGISTRY_USERS_KEY]: Buffer.from(dockerConfig).toString('base64') },
    },
  ]
}
