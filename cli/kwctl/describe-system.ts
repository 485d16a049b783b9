import { storeFolder } from '../../artifacts/store/config.ts'
import { listBuiltins } from '../../evaluator/guests/rego/builtins/index.ts'
import { kwctlVersion } from './kwctl-version.ts'

/** What `kwctl info` shows. */
export function describeSystem(): string {
  return `kwctl version: ${kwctlVersion()}

Open Policy Agent/Gatekeeper implemented builtins:
${listBuiltins()
  .map((name) => `  - ${name}`)
  .join('\n')}

Policy store: ${storeFolder()}
`
}
