import { GatehouseError } from '../util/errors.ts'

/** Whether that Kubernetes is 1.`minor` or newer; `1.37`, `v1.37.2` and `v1.37.2+k3s1` are versions. */
export function isAtLeast(version: string, minor: number): boolean {
  const found = /^v?1\.(?<minor>\d+)(?:\.\d+(?:[-+].*)?)?$/.exec(version)?.groups?.['minor']
  if (found === undefined) {
    throw new GatehouseError('ERR_PLUGIN_OPTIONS', `'${version}' is not a Kubernetes version`, {
      hint: 'Write it as 1.37 or v1.37.2.',
    })
  }
  return Number(found) >= minor
}
