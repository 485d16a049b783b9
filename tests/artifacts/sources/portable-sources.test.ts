import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSources } from '../../../artifacts/sources/load-sources.ts'
import { readPortableSources } from '../../../artifacts/sources/portable-sources.ts'
import { createAuthority } from '../../../util/certificates.ts'

async function createCertificate(commonName: string): Promise<string> {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  return (await createAuthority({ commonName, ...validity })).certificate
}

t.test('a sources file means the same where its neighbours are not', async (t) => {
  const [first, second] = [await createCertificate('first'), await createCertificate('second')]
  const sources = {
    insecure_sources: ['insecure.example:5000'],
    source_authorities: {
      'registry.example': [
        { type: 'Path', path: 'ca.pem' },
        { type: 'Data', data: second },
      ],
    },
    proxies: { https_proxy: 'http://user:password@proxy.example:3128', no_proxy: 'near.example' },
  }
  const folder = t.testdir({ 'sources.yml': JSON.stringify(sources), 'ca.pem': first, elsewhere: {} })
  const before = await loadSources(join(folder, 'sources.yml'))
  const elsewhere = join(folder, 'elsewhere/sources.yml')
  writeFileSync(elsewhere, await readPortableSources(join(folder, 'sources.yml')))
  rmSync(join(folder, 'ca.pem'))
  const after = await loadSources(elsewhere)
  t.equal(after.authoritiesOf('registry.example').length, 2)
  t.strictSame(after.authoritiesOf('registry.example'), before.authoritiesOf('registry.example'))
  t.ok(after.isInsecure('insecure.example:5000'))
  t.notOk(after.isInsecure('registry.example'))
  for (const url of ['https://registry.example/v2/', 'https://near.example/v2/'])
    t.strictSame(after.proxyOf(new URL(url)), before.proxyOf(new URL(url)))
})

t.test('one that is wrong is refused before anything is printed', async (t) => {
  const text = 'source_authorities: {registry.example: [{type: Path, path: none.pem}]}\n'
  const folder = t.testdir({ 'sources.yml': text })
  await t.rejects(readPortableSources(join(folder, 'sources.yml')), {
    code: 'ERR_SOURCES_INVALID',
    message: /none\.pem/,
  })
})
