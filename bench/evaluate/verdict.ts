import type { JudgedGoal } from '../report.ts'
import { verdictOf } from '../verdict.ts'
import type { EvaluateFigures } from './report.ts'

/** What evaluations are judged by. */
export const EVALUATE_LIMITS = {
  /** A turn through the shim's path, by one of the bare loop, cleaning included in both; or the round trip of an empty message, where that is more. */
  throughByBare: 2.5,
  /** The 99th percentile of that path, by the same of the empty message. */
  tailByMessage: 2,
  gatekeeperMs: 0.3,
  goCommandMs: 2,
} as const

/** The sample that standard Go has compiled. */
const GO_COMMANDS: readonly string[] = ['ingress-tls']

/** Holds one policy's figures against each limit. */
export function judgeEvaluation(figures: EvaluateFigures): JudgedGoal[] {
  const { policy, bareClosed, message, through, throughClosed } = figures
  const { throughByBare, tailByMessage } = EVALUATE_LIMITS
  const most = Math.max(throughByBare * bareClosed.p50, message.p50)
  const asKind = limitOfKind(figures)
  const turn = `${policy} through the shim and cleaned up, p50`
  return [
    hold(turn, throughClosed.p50, most, `${throughByBare} × bare, or a message`),
    hold(`${policy} through the shim, p99`, through.p99, tailByMessage * message.p99, `${tailByMessage} × a message`),
    ...(asKind === undefined ? [] : [hold(`${policy} through the shim, p50`, through.p50, asKind, 'for its kind')]),
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
