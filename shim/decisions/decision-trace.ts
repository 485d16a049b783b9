import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import { messageOf } from '../../util/errors.ts'
import { cutText } from './cut-text.ts'
import type { PolicyDecision } from './decision.ts'

/** What a policy came to, and why it was not asked if it was not. */
export interface Judgement extends Pick<PolicyDecision, 'exempted' | 'disabled'> {
  readonly response: AdmissionResponse
  /** The policy's own verdict, before monitor mode. */
  readonly verdict?: AdmissionResponse
}

/** Follows the policies that are asked about one request. */
export class DecisionTrace {
  readonly #policies: PolicyDecision[] = []

  /** In the order in which they were asked. */
  get policies(): readonly PolicyDecision[] {
    return [...this.#policies]
  }

  /** Asks a policy and remembers what came of it. @throws what `judge` throws */
  async follow(id: string, judge: () => Promise<Judgement>): Promise<AdmissionResponse> {
    // the client may go away while it is asked
    const position = this.#policies.push({ id, error: 'was still being asked', micros: 0 }) - 1
    const startedAt = performance.now()
    const settle = (outcome: Partial<PolicyDecision>) => {
      this.#policies[position] = { id, ...outcome, micros: microsSince(startedAt) }
    }
    try {
      const judgement = await judge()
      settle(describe(judgement))
      return judgement.response
    } catch (error) {
      settle({ error: cutText(messageOf(error)) })
      throw error
    }
  }

  /** Remembers an answer in the place of a policy that could not be asked. */
  note(id: string, response: AdmissionResponse): void {
    this.#policies.push({ id, ...describe({ response }), micros: 0 })
  }
}

/** Whole microseconds since a `performance.now()`. */
export function microsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 1000)
}

/** How an answer stands in a decision. */
export function describeAnswer({ allowed, status }: AdmissionResponse) {
  return {
    allowed,
    ...(status?.code === undefined ? {} : { code: status.code }),
    ...(status?.message === undefined ? {} : { reason: cutText(status.message) }),
  }
}

function describe({ response, verdict = response, exempted, disabled }: Judgement): Partial<PolicyDecision> {
  const wouldDeny = response.allowed && !verdict.allowed
  return {
    ...describeAnswer(wouldDeny ? { ...verdict, allowed: true } : response),
    ...describeCauses(wouldDeny ? verdict : response),
    ...(response.patch === undefined ? {} : { mutated: true }),
    ...(wouldDeny ? { wouldDeny } : {}),
    ...(exempted === undefined ? {} : { exempted }),
    ...(disabled === undefined ? {} : { disabled }),
  }
}

const MAX_CAUSES = 20

function describeCauses({ allowed, status }: AdmissionResponse): Pick<PolicyDecision, 'causes'> {
  const causes = allowed ? [] : (status?.details?.causes ?? []).slice(0, MAX_CAUSES)
  if (causes.length === 0) return {}
  const described = causes.map(({ field, message }) => ({
    ...(field === undefined ? {} : { field: cutText(field) }),
    ...(message === undefined ? {} : { reason: cutText(message) }),
  }))
  return { causes: described }
}
