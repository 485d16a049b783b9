import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findContainerEngine } from '../../containers/engine.ts'
import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { writeProgram } from '../helpers/fake-program.ts'

const ANSWERS = 'exit 0'
const FAILS = 'echo it does not run >&2; exit 1'

/** Has the machine these engines only, and kind's variable this value. */
async function withEngines(t: Test, engines: Record<string, string>, chosen?: string): Promise<void> {
  const folder = t.testdir()
  for (const [name, script] of Object.entries(engines)) await writeProgram(join(folder, name), script)
  t.intercept(process, 'env', {
    value: { PATH: folder, ...(chosen !== undefined && { KIND_EXPERIMENTAL_PROVIDER: chosen }) },
  })
}

t.test('docker is taken if it answers, else podman', async (t) => {
  await t.test('both', async (t) => {
    await withEngines(t, { docker: ANSWERS, podman: ANSWERS })
    t.equal((await findContainerEngine()).name, 'docker')
  })
  await t.test('one', async (t) => {
    await withEngines(t, { docker: FAILS, podman: ANSWERS })
    t.equal((await findContainerEngine()).name, 'podman')
  })
  await t.test('none', async (t) => {
    await withEngines(t, { docker: FAILS })
    await t.rejects(findContainerEngine(), {
      code: 'ERR_CONTAINER_ENGINE',
      message: /docker: it does not run\n.*podman: is not installed/,
    })
  })
})

t.test("kind's own variable decides, and no other engine is asked or started in its place", async (t) => {
  await t.test('podman', async (t) => {
    await withEngines(t, { docker: ANSWERS, podman: ANSWERS }, 'podman')
    t.equal((await findContainerEngine()).name, 'podman')
  })
  await t.test('podman, which does not run', async (t) => {
    await withEngines(t, { docker: ANSWERS, dockerd: ANSWERS, podman: FAILS }, 'podman')
    await t.rejects(ensureContainerEngine(SILENT_STEPS), { message: /answers:\n +podman: it does not run$/ })
  })
  await t.test('another one', async (t) => {
    await withEngines(t, { docker: ANSWERS }, 'nerdctl')
    await t.rejects(findContainerEngine(), {
      code: 'ERR_CONTAINER_ENGINE',
      message: 'KIND_EXPERIMENTAL_PROVIDER is nerdctl, which is not understood here',
      hint: 'Set it to docker or podman, or leave it out.',
    })
  })
})
