import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { blobPath } from '../../../artifacts/store/blobs.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { runCommand } from '../../helpers/command.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { startRegistry } from '../../helpers/registry.ts'

const POLICIES = join(packageRoot(), 'policies')
const PRIVILEGED = join(POLICIES, 'pod-privileged/policy.wasm')
const SECCOMP = join(POLICIES, 'default-seccomp-profile/policy.wasm')
const REQUEST = join(POLICIES, 'pod-privileged/fixtures/privileged-pod.json')

/** A plain registry, and a command line that knows it, with a store of its own. */
async function prepare(t: Test) {
  const registry = await startRegistry(t)
  const folder = t.testdir()
  const store = join(folder, 'store')
  const sources = join(folder, 'sources.yml')
  writeFileSync(sources, JSON.stringify({ insecure_sources: [registry.host] }))
  return {
    registry,
    folder,
    store,
    nameOf: (name: string) => `${registry.host}/policies/${name}`,
    /** Commands that may ask a registry. */
    ask: (...args: string[]) => runCommand(...args, '--sources-path', sources),
    run: (...args: string[]) => runCommand(...args, '--store', store),
    both: (...args: string[]) => runCommand(...args, '--store', store, '--sources-path', sources),
  }
}

t.test('what was pushed is pulled, listed, inspected, run and removed', async (t) => {
  const { registry, folder, nameOf, ask, run, both } = await prepare(t)
  const uri = nameOf('pod-privileged:v1')
  const pushed = await ask('push', PRIVILEGED, `registry://${uri}`)
  t.match(pushed, {
    code: 0,
    stdout: /^Policy successfully pushed: localhost:\d+\/policies\/pod-privileged@sha256:\w{64}\n$/,
  })
  const immutable = pushed.stdout.replace(/^.*: /, '').trim()
  t.same(await ask('digest', uri), { code: 0, stdout: `${uri}${immutable.replace(/^[^@]*/, '')}\n`, stderr: '' })

  const file = join(folder, 'copy.wasm')
  t.match(await both('pull', uri, '-o', file), {
    code: 0,
    stdout: `${immutable}\n`,
    stderr: / ✓ pulling registry:\/\/localhost:\d+\/policies\/pod-privileged:v1 \(/,
  })
  t.ok(readFileSync(file).equals(readFileSync(PRIVILEGED)))
  await both('push', SECCOMP, nameOf('seccomp:v1'))
  await both('pull', nameOf('seccomp:v1'))

  const { stdout: table } = await run('store', 'list')
  t.match(table, /^POLICY +MUTATING +CONTEXT AWARE +SHA-256 +SIZE +NOTE\n/)
  t.match(table, new RegExp(`^registry://${uri} +no +no +[0-9a-f]{12} +[\\d.]+ KiB$`, 'm'))
  t.match(table, new RegExp(`^registry://${nameOf('seccomp:v1')} +yes +no +`, 'm'))

  await registry.stop()
  const [{ digest }] = JSON.parse((await run('store', 'list', '-o', 'json')).stdout)
  for (const name of [uri, `registry://${uri}`, immutable, digest, digest.slice(7, 19)]) {
    t.match(await both('inspect', name, '-o', 'json'), { code: 0, stdout: new RegExp(`"digest":"${digest}"`) }, name)
    t.match(await both('run', name, '-r', REQUEST), { code: 0, stdout: /"allowed":false/ }, name)
  }
  t.same(await run('rm', uri), { code: 0, stdout: '', stderr: '' })
  t.match(await run('store', 'rm', uri), { code: 3, stderr: /ERR_STORE_UNKNOWN: the store .* has no localhost/ })
  t.match(await both('run', uri, '-r', REQUEST), { code: 3, stderr: /Error while downloading policy .*ECONNREFUSED/ })
})

t.test('a pull asks what a tag means now, and does with the stored copy where nobody answers', async (t) => {
  const { registry, nameOf, ask, run, both } = await prepare(t)
  const uri = nameOf('policy:v1')
  await ask('push', PRIVILEGED, uri)
  const first = (await both('pull', uri)).stdout
  await ask('push', SECCOMP, uri)
  const second = (await both('pull', uri)).stdout
  t.not(first, second)
  t.match(await run('store', 'prune'), { code: 0, stdout: /^removed 1 module \([\d.]+ KiB\), kept [\d.]+ KiB\n$/ })
  await registry.stop()
  t.match(await both('pull', uri), {
    code: 0,
    stdout: second,
    stderr: /warning: the stored copy is used, for its source cannot be asked: .*ECONNREFUSED/,
  })
  t.match(await both('pull', nameOf('other:v1')), { code: 3, stdout: '', stderr: /ERR_ARTIFACT_FETCH: .*ECONNREFUSED/ })
})

t.test('what is corrupt is shown as such, and never run', async (t) => {
  const { registry, store, nameOf, ask, run, both } = await prepare(t)
  const uri = nameOf('policy:v1')
  await ask('push', PRIVILEGED, uri)
  await both('pull', uri)
  const [{ digest }] = JSON.parse((await run('store', 'list', '-o', 'json')).stdout)
  const damage = () => writeFileSync(blobPath(store, digest), 'nonsense')
  damage()
  t.match((await run('store', 'list')).stdout, /are not whole/)
  t.match(await both('run', uri, '-r', REQUEST), { code: 0, stdout: /"allowed":false/ }, 'healed')
  damage()
  await registry.stop()
  t.match(await both('run', uri, '-r', REQUEST), { code: 3, stderr: /are not whole: .* cannot be fetched again: / })
  t.match(await both('run', digest, '-r', REQUEST), { code: 3, stderr: /ERR_STORE_CORRUPT/ })
})

t.test('a policy without metadata is pushed by force alone', async (t) => {
  const { folder, nameOf, ask } = await prepare(t)
  const bare = join(folder, 'bare.wasm')
  writeFileSync(bare, buildGuest('accept', null))
  t.match(await ask('push', bare, nameOf('bare:v1')), {
    code: 3,
    stderr: /Cannot push a policy that is not annotated. Use `annotate` command or `push --force`/,
  })
  const forced = await ask('push', '-f', '-o', 'json', bare, nameOf('bare:v1'))
  t.match(forced, { code: 0, stderr: 'Warning: pushing a non-annotated policy!\n' })
  t.match(JSON.parse(forced.stdout), { immutable_ref: /^localhost:\d+\/policies\/bare@sha256:\w{64}$/ })
})

t.test('what cannot be pulled or pushed is said', async (t) => {
  t.match(await runCommand('pull', './a.wasm'), { code: 2, stderr: /is a file, which needs no pulling/ })
  t.match(await runCommand('push', PRIVILEGED, 'https://example.com/a.wasm'), { code: 3, stderr: /not in a registry/ })
  t.match(await runCommand('digest', 'https://example.com/a.wasm'), { code: 3, stderr: /is in no registry/ })
  t.match(await runCommand('pull', 'Bad:ref', '-o', 'x'), { code: 3, stderr: /ERR_REFERENCE_INVALID/ })
})

t.test('what a policies file names is pulled by those who check it, and by those who register it', async (t) => {
  const { registry, folder, nameOf, ask, both } = await prepare(t)
  const { stdout } = await ask('push', PRIVILEGED, nameOf('policy:v1'))
  const immutable = stdout.replace(/^.*: /, '').trim()
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }]
  const urlBy = async (module: string) => {
    const policies = join(folder, 'policies.yml')
    writeFileSync(policies, JSON.stringify({ gate: { module, rules } }))
    const flags = ['--policies', policies, '--cert-dir', join(folder, 'pki'), '--out', join(folder, 'out')]
    t.match(await both('lint', policies), { code: 0, stdout: '' }, module)
    t.match(await both('manifests', ...flags), { code: 0 }, module)
    return /url: .*/.exec(readFileSync(join(folder, 'out/webhooks.yaml'), 'utf8'))?.[0]
  }
  const urls = [await urlBy(nameOf('policy:v1')), await urlBy(`registry://${immutable}`), await urlBy(PRIVILEGED)]
  t.equal(new Set(urls).size, 1, 'the same set, whatever its module is called')
  await registry.stop()
  await urlBy(nameOf('policy:v1'))
  const policies = join(folder, 'policies.yml')
  writeFileSync(policies, JSON.stringify({ gate: { module: nameOf('absent:v1'), rules } }))
  t.match(await both('lint', policies), {
    code: 1,
    stdout: /policies\.yml:1: gate\.module: Error while downloading policy 'gate' from registry:\/\/.*ECONNREFUSED/,
  })
})

t.test('kwctl lists the store in its own way, and shows scripts the metadata alone', async (t) => {
  const { folder, store, nameOf, ask, both } = await prepare(t)
  await ask('push', PRIVILEGED, nameOf('policy:v1'))
  await both('kwctl', 'pull', nameOf('policy:v1'))
  const before = process.env['GATEHOUSE_STORE']
  t.teardown(() => {
    process.env['GATEHOUSE_STORE'] = before
    if (before === undefined) delete process.env['GATEHOUSE_STORE']
  })
  process.env['GATEHOUSE_STORE'] = store
  const { stdout } = await runCommand('kwctl', 'policies')
  t.match(stdout, /^\+-+\+-+\+-+\+-+\+-+\+\n\| Policy +\| Mutating \| Context aware \| SHA-256 +\| Size +\|\n\+/)
  t.match(stdout, /^\| registry:\/\/localhost:\d+\/policies\/policy:v1 \| no +\| no +\| [0-9a-f]{12} \| [\d.]+ kB \|$/m)
  const shown = await runCommand('kwctl', 'inspect', '-o', 'yaml', `registry://${nameOf('policy:v1')}`)
  t.match(shown.stdout, /^protocolVersion: v1\n/)
  t.notMatch(shown.stdout, /^module:/m)
  t.ok(folder)
})
