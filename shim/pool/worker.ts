import { parentPort, workerData } from 'node:worker_threads'
import type { EvaluatedPolicy, PolicyLogObserver } from '../../evaluator/evaluate.ts'
import {
  createParkedInstances,
  createStartedGuests,
  evaluate,
  evaluateStarted,
  isStartable,
  validateSettings,
} from '../../evaluator/evaluate.ts'
import { loadGuestKinds } from '../../evaluator/guests/index.ts'
import type { ExecutionMode } from '../../evaluator/module/execution-modes.ts'
import { messageOf } from '../../util/errors.ts'
import type { EvaluateManyJob, FromThread, Job, JobAnswer, SetPolicies, ThreadData, ToThread } from './messages.ts'
import { ThreadGarbage } from './thread-garbage.ts'

// The entry file of an evaluator thread: runs one job after the other, each to its end.

const policies = new Map<string, EvaluatedPolicy>()
const instances = createParkedInstances()
const started = createStartedGuests()
const garbage = new ThreadGarbage()

/** What the messages that came already have to wait for. */
let earlier: Promise<unknown> | undefined = loadGuestKinds((workerData as ThreadData).modes)

parentPort?.on('message', (message: ToThread) => {
  const loading = loadGuestKinds(modesOf(message))
  const isFree = earlier === undefined && loading === undefined
  wait(isFree ? handle(message) : Promise.all([earlier, loading]).then(() => handle(message)))
})
wait(
  Promise.resolve(earlier).then(() => {
    post({ type: 'ready' })
    garbage.begin()
  }),
)

function wait(work: Promise<void>): void {
  earlier = work
  void work.then(() => {
    if (earlier === work) earlier = undefined
  })
}

async function handle(message: ToThread): Promise<void> {
  if (message.type === 'set-policies') setPolicies(message)
  else if (message.type === 'evaluate-many') await answerMany(message)
  else post(await answer(message))
  // the answers have left: what takes time now delays none of them
  instances.clean()
  started.clean()
  if (message.type !== 'set-policies') garbage.answered()
}

/** Of the policies that a message brings; those that it names came before. */
function modesOf(message: ToThread): ExecutionMode[] {
  const brought =
    message.type === 'set-policies' || message.type === 'evaluate-many' ? message.policies : [message.policy]
  return brought.flatMap((policy) => (typeof policy === 'string' ? [] : [policy.module.executionMode]))
}

function setPolicies(message: SetPolicies): void {
  policies.clear()
  for (const policy of message.policies) policies.set(policy.id, policy)
  const modules = message.policies.map(({ module }) => module)
  instances.keepOnly(modules)
  started.keepOnly(modules)
}

async function answerMany({ policies: asked, request }: EvaluateManyJob): Promise<void> {
  for (const policy of asked) post(await answer({ type: 'evaluate', policy, request }))
}

async function answer(job: Job): Promise<JobAnswer> {
  try {
    if (job.type === 'validate-settings') {
      const verdict = validateSettings(job.policy, observerFor(job.policy.id))
      return { type: 'settings-validated', verdict }
    }
    const policy = typeof job.policy === 'string' ? policies.get(job.policy) : job.policy
    if (policy === undefined) throw new Error(`policy ${job.policy} was never given to this thread`)
    if (job.type === 'start-ahead') return { type: 'started-ahead', waits: await started.start(policy.module) }
    const observer = observerFor(policy.id)
    const response = isStartable(policy)
      ? await evaluateStarted(policy, job.request, observer, started)
      : evaluate(policy, job.request, observer, instances)
    return { type: 'evaluated', response }
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
