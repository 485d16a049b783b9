import { storeFolder } from '../../artifacts/store/config.ts'
import { kwctlVersion } from './kwctl-version.ts'

/** What `kwctl info` shows. */
export function describeSystem(): string {
  return `kwctl version: ${kwctlVersion()}

Open Policy Agent/Gatekeeper implemented builtins:

Policy store: ${storeFolder()}
`
}
