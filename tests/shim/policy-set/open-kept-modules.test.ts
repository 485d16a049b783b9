import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import t from 'tap'
import { openKeptModules } from '../../../shim/policy-set/open-kept-modules.ts'
import { packageRoot } from '../../../util/package-root.ts'

const sample = join(packageRoot(), 'policies/pod-privileged')

/** Starts a shim with one policy, with this folder as the user's cache, and stops it when it is ready. */
async function startOnce(cache: string): Promise<void> {
  const policies = join(cache, 'policies.yml')
  const module = pathToFileURL(join(sample, 'policy.wasm')).href
  writeFileSync(policies, JSON.stringify({ privileged: { module, settings: {} } }))
  const flags = ['--policies', policies, '--port', '0', '--addr', '127.0.0.1', '--cert-dir', join(cache, 'pki')]
  const shim = execa(join(packageRoot(), 'cli/gatehouse'), ['shim', ...flags], { env: { XDG_CACHE_HOME: cache } })
  // not before it has told so: until then, a signal ends it at once
  shim.stderr.on('data', (text) => String(text).includes(' ready ') && shim.kill('SIGTERM'))
  await shim
}

t.test('the program keeps what it prepared beside its compiled code, and uses it', async (t) => {
  const cache = join(t.testdir(), 'cache')
  mkdirSync(cache)
  const folder = join(cache, 'gatehouse/compiled-code/modules')
  await startOnce(cache)
  const [name = '', ...others] = readdirSync(folder)
  t.strictSame(others, [], 'one module is one file')
  t.equal(statSync(folder).mode & 0o777, 0o700)
  const kept = readFileSync(join(folder, name))
  writeFileSync(join(folder, name), 'broken')
  await startOnce(cache)
  t.ok(readFileSync(join(folder, name)).equals(kept), 'what was broken is written anew')
})

t.test('where no compiled code is kept, no module is', async (t) => {
  t.equal(openKeptModules(), undefined)
})
