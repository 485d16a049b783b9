import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import { type AdmissionResponse, rejectWithInternalError } from '../../evaluator/admission-response.ts'
import { type JudgedGroup, judgeGroup } from '../../evaluator/groups/judge-group.ts'
import type { LoadedGuest } from '../policy-set/policy-set.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import type { JobLimits } from '../pool/watch-job.ts'
import { timeoutMessage } from './timeout-message.ts'
import { toVerdict } from './to-verdict.ts'

/** What a policy asks: its own module, or its members' as its expression wants them. */
export type AskedPolicy = LoadedGuest | { readonly group: JudgedGroup<LoadedGuest> }

export interface AskOptions extends Pick<JobLimits, 'deadline' | 'signal'> {
  readonly pool: StartedEvaluatorPool
  /** Hears of members that did not decide; a group's verdict may hide it. */
  readonly onMemberFailure?: (memberId: string, response: AdmissionResponse) => void
}

/** A policy's own verdict, whatever its operator makes of it. @throws as `StartedEvaluatorPool.evaluate` */
export async function askPolicy(
  policy: AskedPolicy,
  request: EvaluationRequest,
  options: AskOptions,
): Promise<AdmissionResponse> {
  if (!('group' in policy)) return askGuest(policy, request, options)
  // each member needs the bytes
  const shared = request.isShared ? request : { ...request, isShared: true as const }
  let asked = 0
  return judgeGroup(policy.group, request.uid, async (member) => {
    // a member that took all the time there was, and not the queue: the verdict is a denial, as of a single policy
    const isLate = asked++ > 0 && performance.now() >= options.deadline
    const response = isLate ? answerLate(member, request.uid) : await askGuest(member, shared, options)
    if (response.status?.code === 500) options.onMemberFailure?.(member.evaluated.id, response)
    return response
  })
}

async function askGuest(
  { evaluated, timeoutMs }: LoadedGuest,
  request: EvaluationRequest,
  { pool, deadline, signal }: AskOptions,
): Promise<AdmissionResponse> {
  return toVerdict(await pool.evaluate(evaluated, request, { timeoutMs, deadline, signal }), evaluated, request.uid)
}

function answerLate({ evaluated }: LoadedGuest, uid: string): AdmissionResponse {
  return rejectWithInternalError(uid, timeoutMessage(evaluated.module.executionMode))
}
