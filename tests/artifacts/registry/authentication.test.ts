import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ANONYMOUS, type Credentials } from '../../../artifacts/credentials/credentials.ts'
import { fetchModule } from '../../../artifacts/fetch-module.ts'
import { pushModule } from '../../../artifacts/push-module.ts'
import { parseReference } from '../../../artifacts/reference.ts'
import { loadSources } from '../../../artifacts/sources/load-sources.ts'
import { NO_SOURCES } from '../../../artifacts/sources/sources.ts'
import { insecureSources, startRegistry } from '../../helpers/registry.ts'
import { startTokenServer } from '../../helpers/token-server.ts'

const MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
/** `alice`, whose password is `open sesame`, as htpasswd writes her. */
const HTPASSWD = 'alice:$2a$04$LehEODo0edRbiVA47vDXbu6Vv87z4AfTyWK0Fjl/XfRaDHiMVWK1y\n'

const as = (username: string, password: string): Credentials => ({ find: async () => ({ username, password }) })

t.test('a registry with a certificate of its own is trusted by the sources file, and only so', async (t) => {
  const registry = await startRegistry(t, { tls: true })
  const folder = t.testdir({ 'ca.pem': registry.authority })
  writeFileSync(
    join(folder, 'sources.yml'),
    `source_authorities:\n  ${registry.host}:\n    - { type: Path, path: ca.pem }\n`,
  )
  const reference = parseReference(`registry://${registry.host}/some/policy:v1`)
  const options = { sources: await loadSources(join(folder, 'sources.yml')), credentials: ANONYMOUS }
  const pushed = await pushModule(reference, MODULE, options)
  t.match(await fetchModule(reference, options), { bytes: MODULE, manifestDigest: pushed.manifestDigest })

  await t.rejects(fetchModule(reference, { ...options, sources: NO_SOURCES }), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /^cannot reach localhost:\d+ over HTTPS: .*certificate[^;]*$/,
    hint: /source_authorities/,
  })
  const insecure = { ...options, sources: insecureSources(registry.host) }
  t.match(await fetchModule(reference, insecure), { bytes: MODULE }, 'an insecure source is not verified')
})

t.test('a registry that wants a password gets it, and says when it is wrong', async (t) => {
  const folder = t.testdir({ htpasswd: HTPASSWD })
  const registry = await startRegistry(t, { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } })
  const reference = parseReference(`registry://${registry.host}/some/policy:v1`)
  const options = { sources: insecureSources(registry.host), credentials: as('alice', 'open sesame') }
  await pushModule(reference, MODULE, options)
  t.match(await fetchModule(reference, options), { bytes: MODULE })
  const refused = { code: 'ERR_ARTIFACT_REFUSED', message: /the server answers 401, it wants other credentials/ }
  for (const credentials of [ANONYMOUS, as('alice', 'wrong'), as('bob', 'open sesame')]) {
    await t.rejects(fetchModule(reference, { ...options, credentials }), refused)
    await t.rejects(pushModule(reference, MODULE, { ...options, credentials }), refused)
  }
})

t.test('a registry that believes a token server is asked with its tokens, each fetched once', async (t) => {
  const tokens = await startTokenServer(t, (user, action) => action === 'pull' || user === 'alice:open sesame')
  const registry = await startRegistry(t, { auth: tokens.auth })
  const reference = parseReference(`registry://${registry.host}/some/policy:v1`)
  const options = { sources: insecureSources(registry.host), credentials: as('alice', 'open sesame') }

  await pushModule(reference, MODULE, options)
  t.strictSame(tokens.requests, [{ user: 'alice:open sesame', scopes: ['repository:some/policy:pull,push'] }])

  t.match(await fetchModule(reference, { ...options, credentials: ANONYMOUS }), { bytes: MODULE })
  t.strictSame(tokens.requests.slice(1), [{ user: '', scopes: ['repository:some/policy:pull'] }])

  const other = new Uint8Array([...MODULE, 0])
  await t.rejects(pushModule(reference, other, { ...options, credentials: ANONYMOUS }), {
    code: 'ERR_ARTIFACT_REFUSED',
    message: /cannot push the module of registry:\/\/localhost:\d+\/some\/policy:v1: the server answers 401/,
  })
})
