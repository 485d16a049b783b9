import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DEFAULT_LIMITS } from '../../artifacts/limits.ts'
import { formatReference, parseReference } from '../../artifacts/reference.ts'
import { loadSources } from '../../artifacts/sources/load-sources.ts'
import { formatBytes } from '../../util/bytes.ts'
import { createAuthority } from '../../util/certificates.ts'
import { packageRoot } from '../../util/package-root.ts'

const PAGE = readFileSync(join(packageRoot(), 'docs/artifacts.md'), 'utf8')

t.test('the references of the page mean what it says', async (t) => {
  const rows = [...PAGE.matchAll(/^\| (`[^|]+) \| ([^|]+) \|$/gm)]
  t.equal(rows.length, 10)
  for (const [, cell = '', meaning = ''] of rows) {
    for (const [, text = ''] of cell.matchAll(/`([^`]+)`/g)) {
      const full = formatReference(parseReference(text.replace(/sha256:$/, `$&${'0'.repeat(64)}`)))
      t.ok(full.startsWith(schemeOf(meaning)), `${text} is ${full}`)
      const written = /docker\.io\/[\w/]+:latest/.exec(meaning)?.[0]
      if (written !== undefined) t.equal(full, `registry://${written}`)
    }
  }
})

function schemeOf(meaning: string): string {
  if (/^a file/.test(meaning)) return 'file:'
  return /^a web server/.test(meaning) ? 'http' : 'registry:'
}

t.test('the sources file of the page can be loaded once it has certificates', async (t) => {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const { certificate } = await createAuthority({ commonName: 'test', ...validity })
  const [, example = ''] = /^```yaml\n(.*?)^```$/ms.exec(PAGE) ?? []
  const indented = certificate.trimEnd().replaceAll('\n', '\n        ')
  const text = example.replace(/-----BEGIN CERTIFICATE-----\n\s*…\n\s*-----END CERTIFICATE-----/, indented)
  const folder = t.testdir({ 'sources.yml': text })
  writeFileSync(join(folder, 'ca.pem'), certificate)
  const sources = await loadSources(join(folder, 'sources.yml'))
  t.ok(sources.isInsecure('localhost:5000'))
  t.equal(sources.authoritiesOf('registry.example.com').length, 1)
  t.equal(sources.authoritiesOf('registry.example.com:5000').length, 1)
  t.equal(sources.proxyOf(new URL('https://ghcr.io/'))?.username, 'user')
  t.equal(sources.proxyOf(new URL('https://10.1.2.3/')), undefined)
})

t.test('the limits of the page are the ones in force', async (t) => {
  const { moduleBytes, manifestBytes, stallMs, totalMs, longestWaitMs, attempts, redirects } = DEFAULT_LIMITS
  t.ok(PAGE.includes(`A module has at most ${formatBytes(moduleBytes)}, a manifest ${formatBytes(manifestBytes)}`))
  t.ok(PAGE.includes(`silent for ${stallMs / 1000} s, and all of a pull take ${totalMs / 60_000} minutes`))
  t.ok(PAGE.includes(`heeded up to ${longestWaitMs / 1000} s`))
  t.strictSame([attempts, redirects], [4, 5], 'which the page has in words')
})
