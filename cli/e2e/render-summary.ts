import { countOutcomes, type ScenarioResult, type StepResult } from '../../e2e/results.ts'
import { toOneLine } from '../../util/one-line.ts'

/** The results as a Markdown page: a table per scenario, with the seconds of each step. */
export function renderSummary(results: readonly ScenarioResult[]): string {
  return results.map(renderScenario).join('\n')
}

function renderScenario({ title, kubernetesVersion, steps, collected, retained = [] }: ScenarioResult): string {
  const { passed, failed, skipped } = countOutcomes(steps)
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0)
  return [
    `## ${title}`,
    '',
    `Kubernetes ${kubernetesVersion}: ${passed} passed, ${failed} failed, ${skipped} not run, in ${seconds.toFixed(1)} s.`,
    '',
    '| step | | s |',
    '|---|---|---:|',
    ...steps.map((step) => `| ${cell(step.title)} | ${verdict(step)} | ${step.seconds.toFixed(1)} |`),
    ...(collected === undefined ? [] : ['', `Logs and state: ${collected}`]),
    ...(retained.length === 0 ? [] : ['', 'The cluster was kept:', '', ...retained.map((line) => `    ${line}`)]),
    '',
  ].join('\n')
}

function verdict({ outcome }: StepResult): string {
  switch (outcome.kind) {
    case 'passed':
      return 'passed'
    case 'skipped':
      return `not run: ${cell(outcome.reason)}`
    case 'failed':
      return `**failed**: ${cell(outcome.message)}`
  }
}

function cell(text: string): string {
  return toOneLine(text).replaceAll('|', '\\|')
}
