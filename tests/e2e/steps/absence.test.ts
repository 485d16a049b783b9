import { randomBytes } from 'node:crypto'
import t from 'tap'
import { DEFAULT_KUBERNETES_VERSION } from '../../../clusters/binaries/versions.ts'
import { findClusterProcesses } from '../../../clusters/local/cluster-processes.ts'
import { clusterLayout } from '../../../clusters/local/layout.ts'
import { LocalSite } from '../../../e2e/local/local-site.ts'
import { writeScenarioPolicies } from '../../../e2e/policies.ts'
import { runScenario } from '../../../e2e/run-scenario.ts'
import { absenceSteps } from '../../../e2e/steps/absence.ts'
import { comingAndGoing } from '../../../e2e/steps/coming-and-going.ts'
import { runtimeFolder, stateFolder } from '../../../util/config.ts'
import { SILENT_STEPS } from '../../../util/steps.ts'

t.setTimeout(600_000)

t.test('what fails while a shim is gone for good leaves nothing that the uninstallation stumbles over', async (t) => {
  const name = `absence-${randomBytes(3).toString('hex')}`
  const policies = await writeScenarioPolicies(t.testdir())
  const options = { name, kubernetesVersion: DEFAULT_KUBERNETES_VERSION }
  await using site = await LocalSite.start('socket', policies, options, SILENT_STEPS)
  const layout = clusterLayout(name, stateFolder(), runtimeFolder())
  const listShims = async () => (await findClusterProcesses(layout)).filter((found) => found.name.startsWith('shim-'))
  const ranges = '/api/v1/namespaces/default/limitranges'
  const limits = [{ type: 'Container', maxLimitRequestRatio: { memory: '1' } }]
  const body = { metadata: { name: 'none' }, spec: { limits } }
  // whatever policies say, Pods that the scenario asks for are refused
  const refuse = { title: 'no Pod may be made', run: () => site.api.call<void>({ method: 'POST', path: ranges, body }) }
  const allow = {
    title: 'Pods may be made',
    run: () => site.api.call<void>({ method: 'DELETE', path: `${ranges}/none` }),
  }
  const { first, last } = comingAndGoing()
  const [register, lose, regain] = absenceSteps
  if (register === undefined || lose === undefined || regain === undefined) throw new Error('there are other steps')
  const steps = [...first, register, lose, refuse, regain, allow, ...last]
  const results = await runScenario(site, steps, {
    steps: SILENT_STEPS,
    onResult: ({ title, outcome }) => t.comment(title, outcome),
  })
  t.same(await listShims(), [], 'no process is left')
  t.strictSame(
    results.filter(({ outcome }) => outcome.kind !== 'passed').map(({ title }) => title),
    [regain.title],
    'that step alone has failed',
  )
})
