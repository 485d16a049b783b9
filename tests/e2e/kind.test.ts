import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { readDocumentedSteps, readSteps, runE2eCommand } from '../helpers/e2e-command.ts'

// a node image that is not there yet is built from its sources
t.setTimeout(3_600_000)

const engine = await ensureContainerEngine(SILENT_STEPS).catch(() => undefined)
const skip = engine === undefined && 'no container engine answers'

for (const mode of ['socket', 'webhook'] as const) {
  t.test(`the scenario passes on kind, in ${mode} mode, with workloads and a reboot`, { skip }, async (t) => {
    const folder = t.testdir()
    const { exitCode, lines, stderr } = await runE2eCommand(folder, ['--provider', 'kind', '--mode', mode])
    t.equal(exitCode, 0, stderr)
    t.strictSame(
      lines.filter(
        (line) => line.startsWith('not ok') || / # SKIP (?!a policy server is what shims fall back to)/.test(line),
      ),
      [],
      'everything can be tried there, but that what is a fallback has one',
    )
    const steps = readSteps(readFileSync(join(folder, 'e2e-results/summary.md'), 'utf8'))
    t.ok(steps.length > 20, `${steps.length} steps`)
    t.strictSame(steps, readDocumentedSteps(`kind, ${mode} mode`), 'docs/e2e.md shows the same steps')
    const clusters = await engine?.run(['ps', '--all', '--format', '{{.Names}}'])
    t.notMatch(clusters, `e2e-${mode}-`, 'the node is gone')
  })
}
