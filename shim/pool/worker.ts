import { parentPort, workerData } from 'node:worker_threads'
import type { EvaluatedPolicy, PolicyLogObserver } from '../../evaluator/evaluate.ts'
import { createParkedInstances, evaluate, validateSettings } from '../../evaluator/evaluate.ts'
import { loadGuestKinds } from '../../evaluator/guests/index.ts'
import { messageOf } from '../../util/errors.ts'
import type { EvaluateManyJob, FromThread, Job, JobAnswer, SetPolicies, ThreadData, ToThread } from './messages.ts'

// The entry file of an evaluator thread: runs one job after the other, each to its end.

const policies = new Map<string, EvaluatedPolicy>()
const instances = createParkedInstances()

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'set-policies') return setPolicies(message)
  if (message.type === 'evaluate-many') answerMany(message)
  else post(answer(message))
  // the answers have left: what takes time now delays none of them
  instances.clean()
})
loadGuestKinds((workerData as ThreadData).modes)
post({ type: 'ready' })

function setPolicies(message: SetPolicies): void {
  policies.clear()
  loadGuestKinds(message.policies.map(({ module }) => module.executionMode))
  for (const policy of message.policies) policies.set(policy.id, policy)
  instances.keepOnly(message.policies.map(({ module }) => module))
}

function answerMany({ policies: asked, request }: EvaluateManyJob): void {
  for (const policy of asked) post(answer({ type: 'evaluate', policy, request }))
}

function answer(job: Job): JobAnswer {
  try {
    if (job.type === 'validate-settings') {
      const verdict = validateSettings(job.policy, observerFor(job.policy.id))
      return { type: 'settings-validated', verdict }
    }
    const policy = typeof job.policy === 'string' ? policies.get(job.policy) : job.policy
    if (policy === undefined) throw new Error(`policy ${job.policy} was never given to this thread`)
    return { type: 'evaluated', response: evaluate(policy, job.request, observerFor(policy.id), instances) }
  } catch (error) {
    return { type: 'failed', message: messageOf(error) }
  }
}

/** Lines are sent as they come, so that those of a guest that is ended later are not lost. */
function observerFor(policyId: string): PolicyLogObserver {
  return (line) => post({ type: 'policy-log', policyId, line })
}

function post(message: FromThread): void {
  parentPort?.postMessage(message)
}
