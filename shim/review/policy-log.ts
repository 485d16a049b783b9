import type { Log } from '../../util/log.ts'
import type { PolicyLog } from '../pool/messages.ts'

/** Writes what a policy logged, at the level that it chose; its fields are kept apart from ours, which it could forge. */
export function logPolicyLine(log: Log, { policyId, line }: PolicyLog): void {
  const hasFields = Object.keys(line.fields).length > 0
  log[line.level]({ policyId, target: 'policy_log', ...(hasFields ? { data: line.fields } : {}) }, line.message)
}
