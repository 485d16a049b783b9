import type { JudgedGoal } from '../report.ts'
import { verdictOf } from '../verdict.ts'
import type { EvaluateFigures } from './report.ts'

/** What evaluations are judged by. */
export const EVALUATE_LIMITS = {
  /** Through the shim's path, by the bare loop; or the round trip of an empty message, where that is more. */
  throughByBare: 2.5,
  /** The 99th percentile of that path, by the same of the empty message. */
  tailByMessage: 2,
  /** The last tenth, by the first. */
  drift: 1.2,
  gatekeeperMs: 0.3,
  goCommandMs: 2,
} as const

/** What drift is to be looked for in. */
export const DRIFT_EVALUATIONS = 100_000

/** The sample that standard Go has compiled. */
const GO_COMMANDS: readonly string[] = ['ingress-tls']

/** Holds one policy's figures against each limit. */
export function judgeEvaluation(figures: EvaluateFigures): JudgedGoal[] {
  const { policy, bare, message, through, drift } = figures
  const most = Math.max(EVALUATE_LIMITS.throughByBare * bare.p50, message.p50)
  const tail = EVALUATE_LIMITS.tailByMessage * message.p99
  const asKind = limitOfKind(figures)
  return [
    hold(`${policy} through the shim, p50`, through.p50, most, `${EVALUATE_LIMITS.throughByBare} × bare, or a message`),
    hold(`${policy} through the shim, p99`, through.p99, tail, `${EVALUATE_LIMITS.tailByMessage} × a message`),
    ...(asKind === undefined ? [] : [hold(`${policy} through the shim, p50`, through.p50, asKind, 'for its kind')]),
    {
      goal: `${policy} drifts by ${drift.toFixed(2)} over ${through.count} evaluations (up to ${EVALUATE_LIMITS.drift})`,
      measured: drift,
      verdict: verdictOf(drift, { pass: EVALUATE_LIMITS.drift }),
    },
  ]
}

function limitOfKind({ policy, executionMode }: EvaluateFigures): number | undefined {
  if (executionMode === 'gatekeeper') return EVALUATE_LIMITS.gatekeeperMs
  return GO_COMMANDS.includes(policy) ? EVALUATE_LIMITS.goCommandMs : undefined
}

function hold(what: string, measured: number, limit: number, why: string): JudgedGoal {
  const goal = `${what}: ${measured.toFixed(3)} ms (up to ${limit.toFixed(3)}: ${why})`
  return { goal, measured, verdict: verdictOf(measured, { pass: limit }) }
}
