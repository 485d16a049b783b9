import t from 'tap'
import { unexpected } from '../../e2e/expect.ts'
import { runScenario } from '../../e2e/run-scenario.ts'
import type { ScenarioStep } from '../../e2e/scenario-step.ts'
import type { Site } from '../../e2e/site.ts'
import { SILENT_STEPS } from '../../util/steps.ts'

const site = { lacks: { 'runs-workloads': 'nothing runs here' } } as Site
const passes: Omit<ScenarioStep, 'title'> = { run: async () => {} }
const fails: Omit<ScenarioStep, 'title'> = {
  async run() {
    throw unexpected('it rained')
  },
}

function run(...steps: ScenarioStep[]) {
  return runScenario(site, steps, { steps: SILENT_STEPS, onResult: () => {} })
}

t.test('a step that fails says why, and those after it run all the same', async (t) => {
  t.match(await run({ title: 'a', ...fails }, { title: 'b', ...passes }), [
    { title: 'a', outcome: { kind: 'failed', message: 'it rained' } },
    { title: 'b', outcome: { kind: 'passed' } },
  ])
})

t.test('what stands on a step that failed is not run, and says on which', async (t) => {
  const results = await run({ title: 'a', isFoundation: true, ...fails }, { title: 'b', ...passes })
  t.match(results[1], { outcome: { kind: 'skipped', reason: 'it stands on what failed: a' } })
})

t.test('a step that needs what the place lacks is not run, and says what that is', async (t) => {
  const results = await run({ title: 'a', needs: ['reboots-nodes', 'runs-workloads'], ...fails })
  t.match(results, [{ outcome: { kind: 'skipped', reason: 'nothing runs here' } }])
})

t.test('a signal ends it with its reason', async (t) => {
  const signal = AbortSignal.abort(unexpected('stopped'))
  const options = { steps: SILENT_STEPS, signal, onResult: () => {} }
  await t.rejects(runScenario(site, [{ title: 'a', ...passes }], options), { message: 'stopped' })
})
