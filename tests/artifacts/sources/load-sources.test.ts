import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSources } from '../../../artifacts/sources/load-sources.ts'
import { createAuthority } from '../../../util/certificates.ts'

const VALIDITY = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

// the machine's own proxies are none of these tests' business
t.beforeEach(() => {
  for (const name of VARIABLES) delete process.env[name]
})

const load = (t: Pick<typeof import('tap').default, 'testdir'>, text: string) =>
  loadSources(join(t.testdir({ 'sources.yml': text }), 'sources.yml'))

t.test('hosts are insecure only with the port that the file names', async (t) => {
  const sources = await load(t, 'insecure_sources: [localhost:5000, Registry.Test, "[::1]:5000", "tls.test:443"]')
  const hosts = [
    'localhost:5000',
    'registry.test',
    '[::1]:5000',
    'tls.test',
    'localhost',
    'registry.test:5000',
    'x.registry.test',
  ]
  t.strictSame(
    hosts.filter((host) => sources.isInsecure(host)),
    ['localhost:5000', 'registry.test', '[::1]:5000', 'tls.test'],
  )
})

t.test(
  'the authorities of a host come from files beside the sources file, as PEM or DER, and from the file itself',
  async (t) => {
    const [one, two, three] = await Promise.all(
      ['one', 'two', 'three'].map((commonName) => createAuthority({ commonName, ...VALIDITY })),
    )
    const der = Buffer.from((two?.certificate ?? '').replace(/-----[^-]+-----|\s/g, ''), 'base64')
    const folder = t.testdir({ 'one.pem': `a bundle\n${one?.certificate}\n${three?.certificate}` })
    writeFileSync(join(folder, 'two.der'), der)
    const data = (three?.certificate ?? '').trimEnd().replaceAll('\n', '\n        ')
    const text = `
source_authorities:
  registry.test:5000:
    - type: Path
      path: one.pem
    - type: Path
      path: ${join(folder, 'two.der')}
  other.test:
    - type: Data
      data: |
        ${data}
`
    writeFileSync(join(folder, 'sources.yml'), text)
    const sources = await loadSources(join(folder, 'sources.yml'))
    const bare = (pem: string | undefined) => pem?.replaceAll(/\s/g, '')
    t.strictSame(
      sources.authoritiesOf('registry.test:5000').map(bare),
      [one, three, two].map((a) => bare(a?.certificate)),
    )
    t.strictSame(sources.authoritiesOf('other.test').map(bare), [bare(three?.certificate)])
    t.strictSame(sources.authoritiesOf('registry.test'), [])
  },
)

t.test('everything that is wrong is reported at once, with its line and field', async (t) => {
  process.env['HTTPS_PROXY'] = 'socks5://user:secret@proxy.test'
  const text = `insecure_sources:
  - https://registry.test
  - 5
source_authorities:
  registry.test:
    - type: Path
      path: missing.pem
    - type: Data
      data: none
    - type: Path
    - type: Url
  a/b: []
proxies:
  http_proxy: ftp://user:secret@proxy.test
`
  const error = await load(t, text).catch((error: Error) => error)
  t.match(error, { code: 'ERR_SOURCES_INVALID' })
  const lines = String((error as Error).message).replaceAll(/\S*sources\.yml/g, 'sources.yml')
  for (const line of [
    'sources.yml:2: insecure_sources[0]: is "https://registry.test"; must be host or host:port, without a scheme or a path',
    'sources.yml:3: insecure_sources[1]: is 5; must be a string',
    'sources.yml:10: source_authorities.registry.test[2].path: is missing; an authority of type Path names a file',
    'sources.yml:11: source_authorities.registry.test[3].type: is "Url"; must be one of Path, Data',
    'sources.yml:14: proxies.http_proxy: has the scheme ftp; must be http or https',
    'HTTPS_PROXY: has the scheme socks5; must be http or https',
  ])
    t.ok(lines.includes(`\n  ${line}`), line)
  t.notMatch(lines, /secret/)
})

t.test('authorities that cannot be read are problems of their fields', async (t) => {
  const text = `source_authorities:
  registry.test:
    - { type: Path, path: missing.pem }
    - { type: Data, data: none }
    - { type: Data, data: "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----" }
`
  await t.rejects(load(t, text), {
    message:
      /3 problems:\n.*:3: source_authorities\.registry\.test\[0\]\.path: is .*missing\.pem, .*ENOENT.*\n.*:4: .*\[1\]\.data: holds no PEM certificate\n.*:5: .*\[2\]\.data: holds a certificate that cannot be read/,
  })
})

t.test('misspelt fields are noticed, unknown ones ignored as in Kubewarden', async (t) => {
  await t.rejects(load(t, 'insecure_source: [localhost:5000]'), {
    message: /insecure_source: is not a field here; did you mean insecure_sources\?/,
  })
  await t.resolves(load(t, 'mirrors: []'))
  await t.resolves(load(t, ''), 'an empty file is a file without sources')
  await t.rejects(load(t, 'a: [\n'), { code: 'ERR_SOURCES_INVALID', message: /sources\.yml:2: / })
  await t.rejects(load(t, 'a: 1\n---\na: 2\n'), { message: /holds 2 documents; must hold one/ })
  await t.rejects(loadSources('/nowhere/sources.yml'), { code: 'ERR_SOURCES_INVALID', message: /ENOENT/ })
})

t.test('proxies come from the environment, upper case before lower, and the file wins', async (t) => {
  Object.assign(process.env, { HTTPS_PROXY: 'http://upper.test:1', https_proxy: 'http://lower.test:1' })
  Object.assign(process.env, { http_proxy: 'plain.test:2', no_proxy: 'direct.test' })
  const proxyOf = async (text: string, url: string) => (await load(t, text)).proxyOf(new URL(url))?.href
  t.equal(await proxyOf('', 'https://a.test/'), 'http://upper.test:1/')
  t.equal(await proxyOf('', 'http://a.test/'), 'http://plain.test:2/')
  t.equal(await proxyOf('', 'http://direct.test/'), undefined)
  const file = 'proxies: { https_proxy: "https://file.test", no_proxy: "" }'
  t.equal(await proxyOf(file, 'https://direct.test/'), 'https://file.test/')
  t.equal(await proxyOf(file, 'http://direct.test/'), 'http://plain.test:2/')
})
