import { setHeaderOptions } from '@kubernetes/client-node'

/** Makes an admin's request as the API server itself, whom policies leave alone by default. */
export function asApiServer() {
  return setHeaderOptions(
    'Impersonate-User',
    'system:apiserver',
    setHeaderOptions('Impersonate-Group', 'system:masters'),
  )
}
