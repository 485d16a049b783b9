import type { EvaluationRequest } from '../../admission-request.ts'
import type { AdmissionResponse } from '../../admission-response.ts'
import { GuestFailure, type GuestKind } from '../guest.ts'
import { readFirstResult, toRecord } from './first-result.ts'
import { requireNoInventory } from './inventory.ts'
import { OpaInstance } from './opa-instance.ts'

/**
 * Policies written for Gatekeeper, compiled with `opa build -e policy/violation`.
 * https://open-policy-agent.github.io/gatekeeper/website/docs/howto/#rego-rules
 */
export const GATEKEEPER: GuestKind = {
  problemsOf: OpaInstance.problemsOf,
  instantiate(module, host, meter) {
    const instance = new OpaInstance(module, host, meter)
    return {
      reuse: instance.reuse,
      validate(request, settings) {
        if (request.isRaw) throw new GuestFailure('Gatekeeper does not support raw validation requests')
        requireNoInventory(instance.host)
        const input = [BEFORE_PARAMETERS, settings, BEFORE_REVIEW, request.json, AFTER_REVIEW]
        return toResponse(readViolations(instance.evaluate(input, NO_DATA)), request)
      },
      validateSettings: () => ({ valid: true }),
    }
  },
}

const BEFORE_PARAMETERS = Buffer.from('{"parameters":')
const BEFORE_REVIEW = Buffer.from(',"review":')
const AFTER_REVIEW = Buffer.from('}')
const NO_DATA = Buffer.from('{}')

// One without a message is a violation all the same.
function toResponse(violations: readonly Violation[], { uid }: EvaluationRequest): AdmissionResponse {
  const verdict = { uid, auditAnnotations: null, warnings: null }
  if (violations.length === 0) return { ...verdict, allowed: true }
  const messages = violations.flatMap(({ msg }) => (msg === undefined ? [] : [msg]))
  return { ...verdict, allowed: false, status: { message: messages.join(', ') } }
}

interface Violation {
  readonly msg?: string
}

function readViolations(answer: Uint8Array): Violation[] {
  const list = readFirstResult(answer)
  if (Array.isArray(list)) {
    const violations = list.flatMap((item) => readViolation(item) ?? [])
    if (violations.length === list.length) return violations
  }
  throw new GuestFailure('cannot interpret Gatekeeper policy result')
}

function readViolation(item: unknown): Violation | undefined {
  const record = toRecord(item)
  if (record === undefined) return undefined
  const msg = record['msg'] ?? undefined
  if (msg === undefined) return {}
  return typeof msg === 'string' ? { msg } : undefined
}
