import t from 'tap'
import { renderJunit } from '../../../cli/e2e/render-junit.ts'
import { renderSummary } from '../../../cli/e2e/render-summary.ts'
import { TapWriter } from '../../../cli/e2e/tap.ts'
import type { ScenarioResult, StepResult } from '../../../e2e/results.ts'

const STEPS: readonly StepResult[] = [
  { title: 'a cluster starts', seconds: 2.5, outcome: { kind: 'passed' } },
  { title: 'Pods run', seconds: 0, outcome: { kind: 'skipped', reason: 'no node #1 here' } },
  { title: 'a | b', seconds: 0.25, outcome: { kind: 'failed', message: 'the denial\n  expected <x>' } },
]

const RESULT: ScenarioResult = {
  title: 'local, socket mode',
  mode: 'socket',
  kubernetesVersion: 'v1.37.2',
  steps: STEPS,
  collected: '/results/local-socket',
  retained: ['gatehouse cluster down --name e2e'],
}

t.test('TAP has a line for each step as soon as it is known, and the plan at the end', async (t) => {
  let text = ''
  const tap = new TapWriter((more) => (text += more))
  for (const step of STEPS) tap.add('local', step)
  tap.end()
  t.equal(
    text,
    [
      'TAP version 14',
      'ok 1 - local: a cluster starts # time=2500ms',
      'ok 2 - local: Pods run # SKIP no node \\#1 here',
      'not ok 3 - local: a | b # time=250ms',
      '  ---',
      '  message: |',
      '    the denial',
      '      expected <x>',
      '  ...',
      '1..3',
      '',
    ].join('\n'),
  )
})

t.test('JUnit counts what failed and what was not run, with the reasons', async (t) => {
  const xml = renderJunit([RESULT])
  t.match(xml, '<testsuites name="gatehouse e2e" tests="3" failures="1" errors="0" time="2.750">')
  t.match(xml, '<testsuite name="local, socket mode" tests="3" failures="1" errors="0" time="2.750" skipped="1">')
  t.match(xml, '<testcase name="a cluster starts" classname="local, socket mode" time="2.500"/>')
  t.match(xml, '<skipped message="no node #1 here"/>')
  t.match(xml, '<failure type="unexpected" message="the denial">the denial\n  expected &lt;x&gt;</failure>')
})

t.test('the summary is a table for people, and says where to look further', async (t) => {
  const page = renderSummary([RESULT])
  t.match(page, '## local, socket mode\n\nKubernetes v1.37.2: 1 passed, 1 failed, 1 not run, in 2.8 s.\n')
  t.match(page, '| a cluster starts | passed | 2.5 |')
  t.match(page, '| Pods run | not run: no node #1 here | 0.0 |')
  t.match(page, '| a \\| b | **failed**: the denial\\n  expected <x> | 0.3 |')
  t.match(
    page,
    'Logs and state: /results/local-socket\n\nThe cluster was kept:\n\n    gatehouse cluster down --name e2e\n',
  )
})
