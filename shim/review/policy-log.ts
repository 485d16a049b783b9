import type { Log } from '../../util/log.ts'
import type { PolicyLog } from '../pool/messages.ts'

/** Writes what a policy logged, at the level that it chose. */
export function logPolicyLine(log: Log, { policyId, line }: PolicyLog): void {
  log[line.level]({ ...line.fields, target: 'policy_log', policyId }, line.message)
}
