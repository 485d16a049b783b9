import { GatehouseError } from '../../util/errors.ts'
import { isRecord } from '../../util/record.ts'
import type { DisablementReport, DisableRequest, EnableRequest } from './admin-api.ts'
import type { AdminFacts } from './admin-facts.ts'
import { describeDisablement } from './describe-status.ts'
import { MAX_DISABLE_MS } from './limits.ts'

/** Disables one policy or all. @throws ERR_ADMIN_REQUEST, ERR_POLICY_UNKNOWN */
export function disable(facts: AdminFacts, request: unknown): DisablementReport {
  const { policyId, forMs } = readDisableRequest(request)
  if (policyId !== undefined) checkIsKnown(facts, policyId)
  return describeDisablement(facts.disabled.disable(policyId, forMs))
}

/** Ends it early. @throws ERR_ADMIN_REQUEST, ERR_POLICY_UNKNOWN */
export function enable({ disabled, policies }: AdminFacts, request: unknown): { readonly ended: boolean } {
  const { policyId } = readEnableRequest(request)
  const ended = disabled.enable(policyId)
  if (ended || policyId === undefined) return { ended }
  checkIsKnown({ policies }, policyId)
  if (disabled.find(policyId) !== undefined) {
    throw new GatehouseError('ERR_ADMIN_REQUEST', `policy ${policyId} is disabled with all the others`, {
      hint: '`gatehouse enable` without a name ends it for all; then disable the ones that should stay so.',
    })
  }
  return { ended }
}

function checkIsKnown({ policies }: Pick<AdminFacts, 'policies'>, policyId: string): void {
  if (policies.current.has(policyId)) return
  const ids = [...policies.current.keys()].sort()
  throw new GatehouseError('ERR_POLICY_UNKNOWN', `there is no policy ${JSON.stringify(policyId)}`, {
    hint: ids.length === 0 ? 'No policy is configured.' : `The policies are ${ids.join(', ')}.`,
  })
}

function readDisableRequest(request: unknown): DisableRequest {
  const { forMs } = isRecord(request) ? request : {}
  if (typeof forMs !== 'number' || !(forMs >= 1000 && forMs <= MAX_DISABLE_MS)) {
    throw new GatehouseError('ERR_ADMIN_REQUEST', `forMs is ${JSON.stringify(forMs)}; must be from 1 s to 24 h`)
  }
  return { ...readEnableRequest(request), forMs }
}

function readEnableRequest(request: unknown): EnableRequest {
  if (!isRecord(request)) throw new GatehouseError('ERR_ADMIN_REQUEST', 'the request is no JSON object')
  const { policyId } = request
  if (policyId === undefined) return {}
  if (typeof policyId === 'string') return { policyId }
  throw new GatehouseError('ERR_ADMIN_REQUEST', `policyId is ${JSON.stringify(policyId)}; must be a string`)
}
