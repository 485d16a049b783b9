import { countOutcomes, type ScenarioResult, type StepResult } from '../../e2e/results.ts'
import { element } from '../testing/report/xml.ts'

/** The results as JUnit XML: a suite per scenario. */
export function renderJunit(results: readonly ScenarioResult[]): string {
  const steps = results.flatMap((result) => result.steps)
  const suites = results.map((result) => renderSuite(result))
  const head = { name: 'gatehouse e2e', ...counts(steps) }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', head, suites)}\n`
}

function renderSuite({ title, steps }: ScenarioResult): string {
  const { skipped } = countOutcomes(steps)
  const cases = steps.map((step) => renderCase(title, step))
  return element('testsuite', { name: title, ...counts(steps), skipped: String(skipped) }, cases)
}

function renderCase(scenario: string, { title, seconds, outcome }: StepResult): string {
  const head = { name: title, classname: scenario, time: seconds.toFixed(3) }
  switch (outcome.kind) {
    case 'passed':
      return element('testcase', head, [])
    case 'skipped':
      return element('testcase', head, [element('skipped', { message: outcome.reason }, [])])
    case 'failed': {
      const [first = ''] = outcome.message.split('\n')
      return element('testcase', head, [element('failure', { type: 'unexpected', message: first }, outcome.message)])
    }
  }
}

function counts(steps: readonly StepResult[]): Record<string, string> {
  const { failed } = countOutcomes(steps)
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0)
  return { tests: String(steps.length), failures: String(failed), errors: '0', time: seconds.toFixed(3) }
}
