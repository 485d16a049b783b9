import t from 'tap'
import type { EvaluateFigures } from '../../../bench/evaluate/report.ts'
import { judgeEvaluation } from '../../../bench/evaluate/verdict.ts'
import { worstOf } from '../../../bench/verdict.ts'

function figures(changes: Partial<EvaluateFigures> = {}): EvaluateFigures {
  return {
    policy: 'some',
    executionMode: 'kubewarden-wapc',
    isParked: true,
    message: both(0.05, 0.2),
    isInFront: true,
    bare: both(0.03, 0.1),
    cleaning: both(0.01, 0.02),
    bareClosed: both(0.04, 0.1),
    through: both(0.05, 0.4),
    throughClosed: both(0.1, 0.5),
    thread: both(9, 9),
    ...changes,
  }
}

function both(p50: number, p99: number) {
  return { count: 100, mean: p50, p50, p90: p50, p99 }
}

const verdictOf = (changes: Partial<EvaluateFigures>) => worstOf(judgeEvaluation(figures(changes)))

t.test(
  'the way through the shim may cost 2.5 times the bare loop, or an empty message where that is more',
  async (t) => {
    t.equal(verdictOf({}), 'pass')
    t.equal(verdictOf({ throughClosed: both(0.101, 0.4) }), 'fail')
    t.equal(verdictOf({ throughClosed: both(0.15, 0.4), message: both(0.15, 0.2) }), 'pass')
  },
)

t.test('its tail may be twice that of an empty message', async (t) => {
  t.equal(verdictOf({ through: both(0.1, 0.41) }), 'fail')
})

t.test('Gatekeeper policies and commands of standard Go have limits of their own', async (t) => {
  const slow = { bareClosed: both(0.9, 1), message: both(0.9, 9), through: both(0.31, 1) }
  t.equal(verdictOf(slow), 'pass')
  t.equal(verdictOf({ ...slow, executionMode: 'gatekeeper' }), 'fail')
  t.equal(verdictOf({ ...slow, through: both(2, 3), policy: 'ingress-tls' }), 'pass')
  t.equal(verdictOf({ ...slow, through: both(2.01, 3), policy: 'ingress-tls' }), 'fail')
})
