import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { provideContainerEngine } from '../../containers/provide-engine.ts'
import { MODES } from '../../e2e/site.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { readDocumentedSteps, readSteps, runE2eCommand } from '../helpers/e2e-command.ts'
import { findK3s } from '../helpers/find-k3s.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'

// a stand-in that is not there yet is built from its sources
const timeout = 3_600_000
t.setTimeout(timeout)

const WITHOUT_AGENT = / # SKIP this k3s has no agent: there is no node for Pods/
const REBOOTED = / # SKIP k3s's API server is k3s: its restart was that of the whole node/

const NO_FALLBACK = / # SKIP a policy server is what shims fall back to/

for (const { title, nodeImage, skip } of await findK3s(await provideContainerEngine(SILENT_STEPS))) {
  for (const mode of MODES) {
    t.test(`the scenario passes on ${title}, in ${mode} mode`, { skip, timeout }, async (t) => {
      const folder = t.testdir()
      const env = { XDG_STATE_HOME: makeShortFolder(t) }
      const flags = ['--provider', 'k3s', '--mode', mode]
      const image = nodeImage === undefined ? [] : ['--node-image', nodeImage]
      const { exitCode, lines, stderr } = await runE2eCommand(folder, [...flags, ...image], env)
      t.equal(exitCode, 0, stderr)
      const reasons = [REBOOTED, NO_FALLBACK, ...(nodeImage === undefined ? [] : [WITHOUT_AGENT])]
      const isUnexpected = (line: string) => line.includes(' # SKIP ') && !reasons.some((reason) => reason.test(line))
      t.strictSame(
        lines.filter((line) => line.startsWith('not ok') || isUnexpected(line)),
        [],
        'everything can be tried there, workloads where there is an agent',
      )
      const steps = readSteps(readFileSync(join(folder, 'e2e-results/summary.md'), 'utf8'))
      t.ok(steps.length > 20, `${steps.length} steps`)
      // the page has what was seen: the stand-in
      if (nodeImage !== undefined)
        t.strictSame(steps, readDocumentedSteps(`k3s, ${mode} mode`), 'docs/e2e.md shows them')
    })
  }
}
