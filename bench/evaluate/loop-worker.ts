import { parentPort } from 'node:worker_threads'
import { createParkedInstances, evaluate } from '../../evaluator/evaluate.ts'
import type { EvaluateInLoop, FromLoop, LoopTimes, ToLoop } from './messages.ts'

// The entry file of a thread that evaluates without a shim around it.

const instances = createParkedInstances()

parentPort?.on('message', (message: ToLoop) => {
  const answer: FromLoop = message.type === 'nothing' ? message : evaluateInLoop(message)
  parentPort?.postMessage(answer)
})

function evaluateInLoop({ policy, request, times }: EvaluateInLoop): LoopTimes {
  const evaluations: number[] = []
  const cleanings: number[] = []
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    evaluate(policy, request, () => {}, instances)
    const answeredAt = performance.now()
    instances.clean()
    evaluations.push(answeredAt - startedAt)
    cleanings.push(performance.now() - answeredAt)
  }
  return { type: 'times', evaluations, cleanings }
}
