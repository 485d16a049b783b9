import type { Test } from 'tap'
import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import {
  createParkedInstances,
  createStartedGuests,
  type EvaluatedPolicy,
  evaluate,
  evaluateStarted,
  isStartable,
  type PolicyLogLine,
  validateSettings,
} from '../../evaluator/evaluate.ts'
import { PATIENT, startPool, type TestPool } from './test-pool.ts'

/** How often a leaky guest is asked in a row. */
const RUNS = 10_000
// of those that are asked at once; more than there are threads, so that some wait
const SHARED = 10

/**
 * Asks a leaky guest, one that leaves traces wherever it can and tells of all that it finds, 10,000 times on each path by
 * which instances come to be. It must say the same each time, log the same, and accept. Takes minutes where much else runs.
 */
export async function checkCleanSlate(
  t: Test,
  policy: EvaluatedPolicy,
  request: EvaluationRequest,
  poolOptions: Parameters<typeof startPool>[1] = {},
): Promise<void> {
  const first = runHere(policy, request, 1)
  t.match(first.answers, [{ allowed: true }], 'the first finds nothing')
  const check = (t: Test, { answers, lines }: Runs) => {
    t.strictSame(tally(answers), tally(first.answers, RUNS))
    t.strictSame(tally(lines), tally(first.lines, RUNS))
  }

  await t.test('in one thread', async (t) => check(t, runHere(policy, request, RUNS)))

  await t.test('in one thread, on an instance that is parked and cleaned', async (t) => {
    check(t, runParked(policy, request, RUNS))
  })

  if (isStartable(policy)) {
    await t.test('in one thread, on an instance that is started ahead of its request', async (t) => {
      check(t, await runStarted(policy, request, RUNS))
    })
  }

  await t.test('in one thread, settings being validated in between', async (t) => {
    const verdict = validateSettings(policy, () => {})
    t.match(verdict, { valid: true })
    const both = Array.from({ length: RUNS / 2 }, () => ({
      verdict: validateSettings(policy, () => {}),
      answers: runHere(policy, request, 1).answers,
    }))
    t.strictSame(tally(both), tally([{ verdict, answers: first.answers }], RUNS / 2))
  })

  await t.test('in the threads of a pool, one after the other', async (t) => {
    await using test = await startPool([policy], poolOptions)
    check(t, await runInPool(test, RUNS, () => [ask(test, policy, copyOf(request))]))
  })

  await t.test('in the threads of a pool, under a policy set that has been replaced', async (t) => {
    await using test = await startPool([{ ...policy }], poolOptions)
    check(t, await runInPool(test, RUNS, () => [ask(test, policy, copyOf(request))]))
  })

  await t.test('in the threads of a pool, about one request shared by many', async (t) => {
    await using test = await startPool([policy], { ...poolOptions, workers: 2 })
    const askAll = () => {
      const shared = { ...copyOf(request), isShared: true } as const
      return Array.from({ length: SHARED }, () => ask(test, policy, shared))
    }
    check(t, await runInPool(test, RUNS / SHARED, askAll))
  })
}

/** What a guest said in many runs. */
interface Runs {
  readonly answers: readonly AdmissionResponse[]
  readonly lines: readonly PolicyLogLine[]
}

function runHere(policy: EvaluatedPolicy, request: EvaluationRequest, times: number): Runs {
  const lines: PolicyLogLine[] = []
  const answers = Array.from({ length: times }, () => evaluate(policy, request, (line) => lines.push(line)))
  return { answers, lines }
}

function runParked(policy: EvaluatedPolicy, request: EvaluationRequest, times: number): Runs {
  const lines: PolicyLogLine[] = []
  const instances = createParkedInstances()
  const answers = Array.from({ length: times }, () => {
    const answer = evaluate(policy, request, (line) => lines.push(line), instances)
    instances.clean()
    return answer
  })
  return { answers, lines }
}

async function runStarted(policy: EvaluatedPolicy, request: EvaluationRequest, times: number): Promise<Runs> {
  const lines: PolicyLogLine[] = []
  const answers: AdmissionResponse[] = []
  const guests = createStartedGuests()
  for (let run = 0; run < times; run++) {
    if (!(await guests.start(policy.module))) throw new Error('it does not wait for a request')
    answers.push(await evaluateStarted(policy, request, (line) => lines.push(line), guests))
    guests.clean()
  }
  return { answers, lines }
}

type Outcome = ReturnType<TestPool['pool']['evaluate']>

function ask({ pool }: TestPool, policy: EvaluatedPolicy, request: EvaluationRequest): Outcome {
  return pool.evaluate(policy, request, { ...PATIENT, deadline: performance.now() + PATIENT.timeoutMs })
}

async function runInPool(test: TestPool, times: number, askAll: () => Outcome[]): Promise<Runs> {
  const answers: AdmissionResponse[] = []
  for (let run = 0; run < times; run++) {
    for (const outcome of await Promise.all(askAll())) {
      if (outcome.kind !== 'answered') throw new Error(`${outcome.kind} instead of an answer`)
      answers.push(outcome.value)
    }
  }
  if (test.ended.length > 0) throw new Error(`threads ended: ${test.ended.join(', ')}`)
  return { answers, lines: test.logged.map(({ line }) => line) }
}

// A pool takes a request's bytes away.
function copyOf(request: EvaluationRequest): EvaluationRequest {
  return { ...request, json: new Uint8Array(request.json) }
}

/** How often each value is there. */
function tally(values: readonly object[], times = 1): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) {
    const text = JSON.stringify(value)
    counts[text] = (counts[text] ?? 0) + times
  }
  return counts
}
