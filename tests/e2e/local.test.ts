import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../util/package-root.ts'
import { readDocumentedSteps, readSteps, runE2eCommand } from '../helpers/e2e-command.ts'

/** The API server with plugin/in-process may have to be built. */
t.setTimeout(30 * 60_000)

const FLAGS = {
  socket: ['--mode', 'socket'],
  webhook: ['--mode', 'webhook'],
  'in-process': ['--api-server', 'in-process'],
  'in-process-to-shim': ['--api-server', 'in-process-to-shim'],
} as const

for (const [mode, flags] of Object.entries(FLAGS)) {
  t.test(`the scenario passes on local processes, in ${mode} mode`, async (t) => {
    const folder = t.testdir()
    // clusters of its own: others that run at the same time have names like these
    const env = { XDG_STATE_HOME: join(folder, 'state') }
    const { exitCode, lines, stderr } = await runE2eCommand(folder, flags, env)
    t.equal(exitCode, 0, stderr)
    t.strictSame(
      lines.filter((line) => line.startsWith('not ok')),
      [],
    )
    const summary = readFileSync(join(folder, 'e2e-results/summary.md'), 'utf8')
    t.match(summary, `## local, ${mode} mode\n`)
    const steps = readSteps(summary)
    t.ok(steps.length > 20, `${steps.length} steps`)
    t.strictSame(steps, readDocumentedSteps(`local, ${mode} mode`), 'docs/e2e.md shows the same steps')
    t.equal(lines.at(-1), `1..${steps.length}`)
    const junit = readFileSync(join(folder, 'e2e-results/junit.xml'), 'utf8')
    t.match(junit, `<testsuite name="local, ${mode} mode" tests="${steps.length}" failures="0"`)
    const { stdout } = await execa(join(packageRoot(), 'cli/gatehouse'), ['cluster', 'list', '-o', 'json'], { env })
    t.strictSame(JSON.parse(stdout), [], 'the cluster is gone')
  })
}
