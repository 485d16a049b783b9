import { GatehouseError } from '../util/errors.ts'

/** Long enough to be told apart, short enough for a Unix socket in a folder of that name. */
const MAX_LENGTH = 40

/** The name is a folder, a part of socket paths and of the kubeconfig's context; refuses what cannot be all of these. */
export function checkClusterName(name: string): void {
  if (isClusterName(name)) return
  throw new GatehouseError('ERR_CLUSTER_NAME', `'${name}' cannot be the name of a cluster`, {
    hint: `Use lower-case letters, digits and "-", a letter or digit at both ends, at most ${MAX_LENGTH} characters.`,
  })
}

export function isClusterName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= MAX_LENGTH
}
