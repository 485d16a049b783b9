import { parentPort } from 'node:worker_threads'
import { createParkedInstances, evaluate } from '../../evaluator/evaluate.ts'
import { loadGuestKind } from '../../evaluator/guests/index.ts'
import type { EvaluateInLoop, FromLoop, LoopTimes, ToLoop } from './messages.ts'

// The entry file of a thread that evaluates without a shim around it.

const instances = createParkedInstances()

parentPort?.on('message', async (message: ToLoop) => {
  const answer: FromLoop = message.type === 'nothing' ? message : await evaluateInLoop(message)
  parentPort?.postMessage(answer)
})

async function evaluateInLoop({ policy, request, times }: EvaluateInLoop): Promise<LoopTimes> {
  await loadGuestKind(policy.module.executionMode)
  const evaluations: number[] = []
  const cleanings: number[] = []
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    const { status } = evaluate(policy, request, () => {}, instances)
    const answeredAt = performance.now()
    if (status?.code === 500) throw new Error(`${policy.id} does not answer: ${status.message}`)
    instances.clean()
    evaluations.push(answeredAt - startedAt)
    cleanings.push(performance.now() - answeredAt)
  }
  return { type: 'times', evaluations, cleanings }
}
