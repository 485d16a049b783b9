import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { buildShimImage, layOutImage } from '../../image/build-shim-image.ts'
import { createAuthority } from '../../util/certificates.ts'
import { packageRoot } from '../../util/package-root.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { reviewOf } from '../helpers/admission-review.ts'
import { loadShimImage } from '../helpers/shim-image.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'
import { until } from '../helpers/until.ts'

t.setTimeout(600_000)

const engine = await ensureContainerEngine(SILENT_STEPS).catch(() => undefined)
const hasDebian = (await execa('apt-get', ['--version'], { reject: false })).exitCode === 0
const skip = hasDebian ? false : 'apt-get is missing, which fetches the libraries'
const skipRun = engine === undefined ? 'no container engine answers' : skip

t.test('the image is the same wherever and whenever it is built', { skip }, async (t) => {
  const first = await buildShimImage()
  const second = await buildShimImage({ cache: t.testdir() })
  t.equal(second.digest, first.digest)
  t.equal(second.tag, first.tag)
})

t.test('an image for arm64 holds the same paths, and its own Node and libraries', { skip }, async (t) => {
  const pathsFor = async (architecture: 'amd64' | 'arm64') =>
    (await layOutImage({ architecture })).files.map(({ path }) => path)
  const [amd64, arm64] = [await pathsFor('amd64'), await pathsFor('arm64')]
  t.strictSame(
    arm64.filter((path) => !path.startsWith('/lib')),
    amd64.filter((path) => !path.startsWith('/lib')),
  )
  t.ok(arm64.includes('/lib/ld-linux-aarch64.so.1'))
  t.ok(arm64.includes('/lib/aarch64-linux-gnu/libc.so.6'))
})

t.test('a container of the image answers reviews', { skip: skipRun }, async (t) => {
  if (engine === undefined) return
  const image = await loadShimImage(t, engine)
  const folder = makeShortFolder(t)
  const policies = writePolicies(folder)
  const sockets = join(folder, 'run')
  mkdirSync(sockets)
  chmodSync(sockets, 0o777)
  const confined = ['--read-only', '--network', 'none', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
  const container = await engine.run([
    ...['run', '--detach', ...confined, '--tmpfs', '/var/lib/gatehouse:mode=1777'],
    ...['--volume', `${policies}:/etc/gatehouse:ro`, '--volume', `${sockets}:/run/gatehouse`],
    ...[image, '--policies', '/etc/gatehouse/policies.yml'],
  ])
  t.teardown(() => engine.run(['rm', '--force', container]))
  const socket = join(sockets, 'gatehouse.sock')
  await until(async () => (await call(socket, 'GET', '/readiness')).status === 200)

  await t.test('one is denied, and one is allowed', async (t) => {
    const denied = await call(socket, 'POST', '/validate/pod-privileged', podReview(true))
    t.match(JSON.parse(denied.text), { response: { uid: '1', allowed: false } })
    const allowed = await call(socket, 'POST', '/validate/pod-privileged', podReview(false))
    t.match(JSON.parse(allowed.text), { response: { uid: '1', allowed: true } })
  })

  await t.test("the operator's commands run in it", async (t) => {
    t.match(await engine.run(['exec', container, 'gatehouse', 'policies']), /pod-privileged/)
  })

  await t.test('it trusts an authority that is mounted over its own, beside those of Node', async (t) => {
    const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
    const { certificate } = await createAuthority({ commonName: 'Mounted', ...validity })
    const file = join(folder, 'authorities.crt')
    writeFileSync(file, certificate)
    const script = `const all = require('node:tls').getCACertificates().map((pem) => new (require('node:crypto').X509Certificate)(pem).subject)
      console.log(all.includes('CN=Mounted'), all.length > 100)`
    const mount = ['--volume', `${file}:/etc/ssl/certs/ca-certificates.crt:ro`]
    const run = ['run', '--rm', '--network', 'none', '--entrypoint', 'node', ...mount, image, '-e', script]
    t.equal(await engine.run(run), 'true true')
  })

  await t.test('it is no root, and has no shell', async (t) => {
    const status = await engine.run(['top', container])
    t.match(status, /65532/)
    for (const shell of ['sh', '/bin/sh', '/bin/bash', '/bin/busybox']) {
      t.notOk(await engine.succeeds(['exec', container, shell, '-c', 'true']), shell)
    }
  })

  await t.test('asked to stop, it leaves with 0', async (t) => {
    await engine.run(['stop', container])
    t.equal(await engine.run(['inspect', '--format', '{{.State.ExitCode}}', container]), '0')
  })
})

function writePolicies(folder: string): string {
  const policies = join(folder, 'policies')
  mkdirSync(policies)
  copyFileSync(join(packageRoot(), 'policies/pod-privileged/policy.wasm'), join(policies, 'pod-privileged.wasm'))
  writeFileSync(join(policies, 'policies.yml'), 'pod-privileged: {module: pod-privileged.wasm}\n')
  // temporary folders are their maker's alone, and the container is somebody else
  for (const path of [folder, policies]) chmodSync(path, 0o755)
  return policies
}

function podReview(privileged: boolean): Buffer {
  const containers = [{ name: 'web', image: 'web', securityContext: { privileged } }]
  return reviewOf({
    uid: '1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    operation: 'CREATE',
    userInfo: {},
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers } },
  })
}

/** Status 0: nobody listens. */
function call(
  socketPath: string,
  method: string,
  path: string,
  body?: Buffer,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    request({ socketPath, method, path, headers: { 'content-type': 'application/json' } }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, text: (await answer.toArray()).join('') })
    })
      .on('error', () => resolve({ status: 0, text: '' }))
      .end(body)
  })
}
