import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../util/package-root.ts'
import { choosePlace } from '../helpers/containers/test-engine.ts'
import { installPackage } from '../helpers/installed-package.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'

const PAGE = readFileSync(join(packageRoot(), 'docs/testing-with-clusters.md'), 'utf8')
const [OF_PROCESSES = '', OF_KIND = ''] = [...PAGE.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code)
/** tap puts its hooks into every process that a test starts; neither the compiler nor the example's own runner wants them. */
const WITHOUT_HOOKS = ['-u', 'NODE_OPTIONS']
/** Minutes, on a machine where the node has to be built first. */
const timeout = 60 * 60_000
t.setTimeout(timeout)

const place = await choosePlace(t)
const folder = makeShortFolder(t)
const environment = { XDG_STATE_HOME: join(folder, 'state'), XDG_RUNTIME_DIR: join(folder, 'run') }

t.test("the page's tests pass against the installed package", { timeout }, async (t) => {
  const { app, files } = await installPackage(folder)
  t.notOk(files.some((file) => file.startsWith('tests/')))
  copyFileSync(join(packageRoot(), 'policies/pod-privileged/policy.wasm'), join(app, 'policy.wasm'))

  await t.test('the one on processes, which needs no testcontainers', async (t) => {
    t.match(await runExample(app, OF_PROCESSES), 'ok 1 - privileged pods are refused')
  })

  await t.test('the one on kind', { skip: 'missing' in place && place.missing, timeout }, async (t) => {
    const { devDependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
    const library = `testcontainers@${devDependencies.testcontainers}`
    const install = ['install', '--save-dev', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', app]
    await execa('npm', [...install, library])
    t.match(await runExample(app, OF_KIND), 'ok 1 - a Deployment of privileged pods is told why it gets none')
  })
})

/** Has the compiler look at the types of a test, then runs it; returns its TAP. */
async function runExample(app: string, code: string): Promise<string> {
  const example = join(app, 'pods.test.ts')
  writeFileSync(example, code)
  const types = ['--types', 'node', '--typeRoots', join(packageRoot(), 'node_modules/@types')]
  const target = ['--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext.disposable']
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', ...target, ...types]
  const run = (command: string, ...args: string[]) =>
    execa('env', [...WITHOUT_HOOKS, command, ...args], { cwd: app, env: environment })
  await run(join(packageRoot(), 'node_modules/.bin/tsc'), ...flags, example)
  return (await run(process.execPath, '--test', '--test-reporter=tap', example)).stdout
}
