import t from 'tap'
import { ANONYMOUS, type Credentials } from '../../../artifacts/credentials/credentials.ts'
import { fetchModule } from '../../../artifacts/fetch-module.ts'
import { Transport } from '../../../artifacts/http/transport.ts'
import { DEFAULT_LIMITS } from '../../../artifacts/limits.ts'
import { parseReference } from '../../../artifacts/reference.ts'
import { RegistryClient } from '../../../artifacts/registry/registry-client.ts'
import { NO_SOURCES, type Sources } from '../../../artifacts/sources/sources.ts'
import { startScriptedServer } from '../../helpers/scripted-server.ts'

const INSECURE: Sources = { ...NO_SOURCES, isInsecure: () => true }

t.test('Docker Hub is asked under the name of its registry', async (t) => {
  using transport = new Transport(NO_SOURCES, DEFAULT_LIMITS)
  const { signal } = new AbortController()
  const urlOf = (text: string) => {
    const name = parseReference(text)
    if (name.scheme !== 'registry') throw new Error('not in a registry')
    return new RegistryClient({ name, actions: 'pull', transport, credentials: ANONYMOUS, signal }).urlOf('x').href
  }
  t.equal(urlOf('busybox'), 'https://registry-1.docker.io/v2/library/busybox/x')
  t.equal(urlOf('ghcr.io/a/b'), 'https://ghcr.io/v2/a/b/x')
  t.equal(urlOf('[::1]:5000/a'), 'https://[::1]:5000/v2/a/x')
})

t.test('a token is fetched for what is wanted, and for what a registry under another name wants', async (t) => {
  const tokens = await startScriptedServer(t, { '/token': (response) => response.end('{"access_token":"abc"}') })
  const challenge = `Bearer realm="http://${tokens.host}/token?a=b",service="s s",scope="repository:other:pull repository:some/policy:pull"`
  const registry = await startScriptedServer(t, {
    '/': (response) => response.writeHead(401, { 'www-authenticate': challenge }).end(),
  })
  const pull = fetchModule(parseReference(`${registry.host}/some/policy`), {
    sources: INSECURE,
    credentials: ANONYMOUS,
  })
  await t.rejects(pull, { code: 'ERR_ARTIFACT_REFUSED' })
  t.strictSame(tokens.seen, [
    {
      method: 'GET',
      path: '/token?a=b&service=s+s&scope=repository%3Asome%2Fpolicy%3Apull&scope=repository%3Aother%3Apull',
      authorization: undefined,
    },
  ])
  t.strictSame(
    registry.seen.map(({ authorization }) => authorization),
    [undefined, 'Bearer abc'],
  )
})

t.test('a token server that refuses, or answers without a token, is named', async (t) => {
  const alice: Credentials = { find: async () => ({ username: 'alice', password: 'secret' }) }
  const pullWith = async (realm: string) => {
    const headers = { 'www-authenticate': `Bearer realm="${realm}"` }
    const { host } = await startScriptedServer(t, { '/': (response) => response.writeHead(401, headers).end() })
    return fetchModule(parseReference(`${host}/policy`), { sources: INSECURE, credentials: alice })
  }
  const tokens = await startScriptedServer(t, {
    '/refuse': (response) => response.writeHead(401).end(),
    '/empty': (response) => response.end('{}'),
    '/split': (response) => response.end(JSON.stringify({ token: 'a\r\nX-Other: b' })),
    '/text': (response) => response.end('token'),
  })
  await t.rejects(pullWith(`http://${tokens.host}/refuse`), {
    code: 'ERR_ARTIFACT_REFUSED',
    message: /^the token server 127\.0\.0\.1:\d+ of 127\.0\.0\.1:\d+: the server answers 401/,
  })
  for (const path of ['empty', 'split', 'text'])
    await t.rejects(pullWith(`http://${tokens.host}/${path}`), { message: /answers without a token$/ }, path)
  await t.rejects(pullWith('token'), { message: /names "token" as its token server; must be a URL$/ })
})

t.test('a token that ends in the middle of a pull is fetched anew', async (t) => {
  let current = 0
  const tokens = await startScriptedServer(t, { '/': (response) => response.end(`{"token":"t${++current}"}`) })
  const challenge = { 'www-authenticate': `Bearer realm="http://${tokens.host}/"` }
  const valid = ['Bearer t1', 'Bearer t2']
  const { host, seen } = await startScriptedServer(t, {
    '/': (response, { headers }) => {
      // each token is good for one request
      const isValid = headers.authorization === valid[0]
      if (isValid) valid.shift()
      return response.writeHead(isValid ? 404 : 401, challenge).end()
    },
  })
  using transport = new Transport(INSECURE, DEFAULT_LIMITS)
  const { signal } = new AbortController()
  const name = { host, repository: 'policy' }
  const client = new RegistryClient({ name, actions: 'pull', transport, credentials: ANONYMOUS, signal })
  for (const _ of [1, 2]) t.equal((await client.send({ method: 'GET', url: client.urlOf('x') })).status, 404)
  t.strictSame(
    seen.map(({ authorization }) => authorization),
    [undefined, 'Bearer t1', 'Bearer t1', 'Bearer t2'],
  )
})
