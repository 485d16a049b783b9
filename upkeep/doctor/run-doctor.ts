import { messageOf } from '../../util/errors.ts'
import { toOneLine } from '../../util/one-line.ts'
import type { Check } from './check.ts'
import { admissionConfigurationCheck } from './checks/admission-configuration.ts'
import { aggregatedGroupsCheck } from './checks/aggregated-groups.ts'
import { apiServerCheck } from './checks/api-server.ts'
import { certificateCheck } from './checks/certificate.ts'
import { clockCheck } from './checks/clock.ts'
import { egressSelectorCheck } from './checks/egress-selector.ts'
import { flagsCheck } from './checks/flags.ts'
import { kubeconfigCheck } from './checks/kubeconfig.ts'
import { otherUsersCheck } from './checks/other-users.ts'
import { proxyCheck } from './checks/proxy.ts'
import { readAtStartCheck } from './checks/read-at-start.ts'
import { registrationCheck } from './checks/registration.ts'
import { shimCheck } from './checks/shim.ts'
import { socketCheck } from './checks/socket.ts'
import { staticManifestsCheck } from './checks/static-manifests.ts'
import type { DoctorContext } from './context.ts'
import { type Finding, problem } from './finding.ts'

/** In the order of a request's way. */
const CHECKS: readonly Check[] = [
  apiServerCheck,
  kubeconfigCheck,
  shimCheck,
  flagsCheck,
  readAtStartCheck,
  egressSelectorCheck,
  proxyCheck,
  socketCheck,
  admissionConfigurationCheck,
  staticManifestsCheck,
  registrationCheck,
  certificateCheck,
  clockCheck,
  otherUsersCheck,
  aggregatedGroupsCheck,
]

/** Runs every check. One that fails is a problem of its own, and keeps no other from running. */
export async function runDoctor(context: DoctorContext): Promise<Finding[]> {
  const found = await Promise.all(CHECKS.map((check) => runCheck(check, context)))
  return found.flat()
}

async function runCheck({ name, run }: Check, context: DoctorContext): Promise<Finding[]> {
  const observations = await run(context).catch((error) => [problem(toOneLine(messageOf(error)))])
  return observations.map((observation) => ({ check: name, ...observation }))
}
