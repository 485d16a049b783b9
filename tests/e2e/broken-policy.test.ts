import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { writeScenarioPolicies } from '../../e2e/policies.ts'
import { packageRoot } from '../../util/package-root.ts'
import { runE2eCommand } from '../helpers/e2e-command.ts'

t.setTimeout(900_000)

t.test('a broken policy fails its steps alone, and everything is collected and kept for a look', async (t) => {
  const folder = t.testdir()
  const policies = await writeScenarioPolicies(folder)
  const rego = /policies\/replica-limits\/policy\.wasm/
  const text = readFileSync(policies, 'utf8')
  t.match(text, rego)
  writeFileSync(join(folder, 'broken.wasm'), 'no module')
  writeFileSync(policies, text.replace(/\S*replica-limits\/policy\.wasm/, join(folder, 'broken.wasm')))

  const flags = ['--mode', 'webhook', '--policies', policies, '--out', 'results', '--retain']
  const { exitCode, stdout, stderr } = await runE2eCommand(folder, flags)
  const gatehouse = join(packageRoot(), 'cli/gatehouse')
  const name = /gatehouse cluster down --name (\S+)/.exec(stderr)?.[1] ?? ''
  t.teardown(() => execa(gatehouse, ['cluster', 'down', '--name', name], { reject: false }))
  t.equal(exitCode, 1, stderr)

  await t.test('the steps that ask it say what came instead of its verdict', async (t) => {
    const failed = [...stdout.matchAll(/^not ok \d+ - (.*) # time.*\n {2}---\n {2}message: \|\n((?: {4}.*\n)*)/gm)]
    t.strictSame(
      failed.map(([, title]) => title),
      ['combined', 'per-policy'].map(
        (way) => `local, webhook mode: ${way}: a Rego policy (Gatekeeper) judges the replicas of a Deployment`,
      ),
    )
    for (const [, , message = ''] of failed) t.match(message, /no policy denied it: 500 .*unable to handle the request/)
  })

  await t.test('logs, objects and states are in the folder that the command names', async (t) => {
    const state = join(folder, 'results/local-webhook')
    t.match(stderr, `logs and state: ${state}\n`)
    const read = (file: string) => readFileSync(join(state, file), 'utf8')
    t.match(read('logs/shim-1.log'), /replica-limits.*broken\.wasm/)
    t.ok(existsSync(join(state, 'logs/kube-apiserver-1.log')))
    t.ok(existsSync(join(state, 'logs/etcd.log')))
    t.match(read('objects/all.txt'), /^v1\/namespaces default$/m)
    t.match(read('objects/validatingwebhookconfigurations.yaml'), 'kind: ValidatingWebhookConfigurationList')
    t.match(read('objects/events.yaml'), 'kind: EventList')
    t.match(read('policies.yml'), 'broken.wasm')
    t.notMatch(readFileSync(join(folder, 'results/summary.md'), 'utf8'), 'PRIVATE KEY')
  })

  await t.test('the cluster is there, until it is removed', async (t) => {
    const list = async () => (await execa(gatehouse, ['cluster', 'list', '-o', 'json'])).stdout
    t.match(await list(), name)
    t.match(readFileSync(join(folder, 'results/summary.md'), 'utf8'), `gatehouse cluster down --name ${name}`)
    await execa(gatehouse, ['cluster', 'down', '--name', name])
    t.notMatch(await list(), name)
  })
})
