import { KUBEWARDEN_VERSION } from '../../evaluator/module/kubewarden-version.ts'
import { packageVersion } from '../../util/package-version.ts'

/** The release of Kubewarden whose `kwctl` this one is like, for scripts that ask; and whose it is. */
export function kwctlVersion(): string {
  return `${KUBEWARDEN_VERSION} (Gatehouse ${packageVersion()})`
}
