import { parentPort } from 'node:worker_threads'
import {
  createParkedInstances,
  createStartedGuests,
  evaluate,
  evaluateStarted,
  isStartable,
} from '../../evaluator/evaluate.ts'
import { loadGuestKind } from '../../evaluator/guests/index.ts'
import type { EvaluateInLoop, FromLoop, LoopTimes, ToLoop } from './messages.ts'

// The entry file of a thread that evaluates without a shim around it.

const instances = createParkedInstances()
const started = createStartedGuests()

parentPort?.on('message', async (message: ToLoop) => {
  const answer: FromLoop = message.type === 'nothing' ? message : await evaluateInLoop(message)
  parentPort?.postMessage(answer)
})

async function evaluateInLoop({ policy, request, times }: EvaluateInLoop): Promise<LoopTimes> {
  await loadGuestKind(policy.module.executionMode)
  const ask = isStartable(policy)
    ? () => evaluateStarted(policy, request, () => {}, started)
    : () => evaluate(policy, request, () => {}, instances)
  const evaluations: number[] = []
  const cleanings: number[] = []
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    const { status } = await ask()
    const answeredAt = performance.now()
    if (status?.code === 500) throw new Error(`${policy.id} does not answer: ${status.message}`)
    instances.clean()
    started.clean()
    if (isStartable(policy)) await started.start(policy.module)
    evaluations.push(answeredAt - startedAt)
    cleanings.push(performance.now() - answeredAt)
  }
  return { type: 'times', evaluations, cleanings }
}
