import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { formatReference, type ModuleReference, parseReference } from '../../artifacts/reference.ts'
import { isGatehouseError } from '../../util/errors.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

t.test('references are read as Docker and Kubewarden read them', async (t) => {
  const rows: Record<string, string> = {
    busybox: 'registry://docker.io/library/busybox:latest',
    'busybox:1.36': 'registry://docker.io/library/busybox:1.36',
    'kubewarden/policy': 'registry://docker.io/kubewarden/policy:latest',
    'docker.io/busybox': 'registry://docker.io/library/busybox:latest',
    'index.docker.io/busybox': 'registry://docker.io/library/busybox:latest',
    'ghcr.io/kubewarden/policies/x:v1': 'registry://ghcr.io/kubewarden/policies/x:v1',
    'registry://ghcr.io/kubewarden/x': 'registry://ghcr.io/kubewarden/x:latest',
    'REGISTRY://GHCR.io/kubewarden/x': 'registry://ghcr.io/kubewarden/x:latest',
    'localhost/x': 'registry://localhost/x:latest',
    'localhost:5000/x:v1': 'registry://localhost:5000/x:v1',
    'localhost:5000': 'registry://docker.io/library/localhost:5000',
    '127.0.0.1:5000/a/b': 'registry://127.0.0.1:5000/a/b:latest',
    '[::1]:5000/x:v1': 'registry://[::1]:5000/x:v1',
    '[2001:db8::1]/x': 'registry://[2001:db8::1]/x:latest',
    'Upper/x': 'registry://upper/x:latest',
    [`ghcr.io/x@${DIGEST}`]: `registry://ghcr.io/x@${DIGEST}`,
    [`ghcr.io/x:v1@${DIGEST}`]: `registry://ghcr.io/x:v1@${DIGEST}`,
    'https://Host.test/a/policy.wasm?version=1#part': 'https://host.test/a/policy.wasm?version=1',
    'http://host.test:8080/policy.wasm': 'http://host.test:8080/policy.wasm',
    'file:///a%20b/policy.wasm': 'file:///a%20b/policy.wasm',
    '/a b/policy.wasm': 'file:///a%20b/policy.wasm',
    './policy': 'file://./policy',
    'policy.wasm': 'file://policy.wasm',
  }
  for (const [text, full] of Object.entries(rows)) t.equal(formatReference(parseReference(text)), full, text)
})

t.test('a reference that cannot be understood says which part of it is wrong', async (t) => {
  const rows: Record<string, RegExp> = {
    '': /^the module reference "" has an empty part in its repository$/,
    'oci://ghcr.io/x': /has the scheme oci; must be registry, https, http or file$/,
    'ghcr.io/UPPER': /has "UPPER" in its repository; must be lower-case letters and digits/,
    'ghcr.io//x': /has an empty part in its repository$/,
    'ghcr.io/x:': /has the tag ""; must be 1 to 128 letters/,
    'ghcr.io/x:.v1': /has the tag "\.v1"/,
    [`ghcr.io/x:${'a'.repeat(129)}`]: /has the tag "a+"/,
    'ghcr.io/x@sha256:abc': /has the digest sha256:abc; must be sha256: and 64 hexadecimal digits/,
    'ghcr.io/x@sha512:abc': /has the digest sha512:abc; must be sha256/,
    'localhost:99999/x': /has the registry host "localhost:99999"; must be host or host:port$/,
    'localhost:0/x': /has the port 0; must be 1 to 65535$/,
    '[::1:5000/x': /has the registry host "\[::1:5000"/,
    '[1.2.3.4]/x': /has the registry host "\[1\.2\.3\.4\]"/,
    'a b.test/x': /has the registry host "a b\.test"/,
    'ghcr.io/x y': /has "x y" in its repository/,
    [`ghcr.io/${'a'.repeat(256)}`]: /has a repository of 256 characters; must be at most 255$/,
    'file://%ZZ': /has malformed %-escapes$/,
    'file://': /names no file$/,
    'https://': /is not a URL$/,
  }
  for (const [text, message] of Object.entries(rows))
    t.throws(() => parseReference(text), { code: 'ERR_REFERENCE_INVALID', message }, text)
})

t.test('a password in a URL is refused without being shown', async (t) => {
  const error = (() => {
    try {
      return parseReference('https://user:secret@host.test/x.wasm')
    } catch (caught) {
      return String(caught)
    }
  })()
  t.match(error, /https:\/\/…@host\.test\/x\.wasm" holds a user name or a password/)
  t.notMatch(error, /secret/)
})

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const host = fc.oneof(
  // a last label such as 0x is a number to the URL parser, and the host no name
  fc.tuple(word, word).map(([a, b]) => `x${a}.x${b}`),
  fc.constantFrom('localhost', '[::1]', '127.0.0.1:5000', 'localhost:443', 'ghcr.io'),
)
const reference: fc.Arbitrary<ModuleReference> = fc
  .record({
    host,
    repository: fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,12}$/), { nil: undefined }),
    digest: fc.option(fc.stringMatching(/^sha256:[a-f0-9]{64}$/), { nil: undefined }),
  })
  .map(({ host, repository, tag, digest }) => ({
    scheme: 'registry',
    host,
    repository,
    ...(tag === undefined && digest !== undefined ? {} : { tag: tag ?? 'latest' }),
    ...(digest === undefined ? {} : { digest }),
  }))

t.test('what is written out reads back as the same', async () => {
  const file = fc.string({ minLength: 1 }).filter((path) => !path.includes('\0'))
  const files = file.map((path): ModuleReference => ({ scheme: 'file', path }))
  fc.assert(
    fc.property(fc.oneof(reference, files), (value) => {
      assert.deepEqual(parseReference(formatReference(value)), value)
    }),
  )
})

t.test('no text does worse than be refused, and what is accepted asks only the host that it names', async () => {
  const parts = fc.constantFrom(
    'registry://',
    'https://',
    'file://',
    '/',
    ':',
    '@',
    '[',
    ']',
    '.',
    'a',
    'B',
    '..',
    '%2e',
    '\\',
    ' ',
    '?',
    '#',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(parts, { maxLength: 12 }).map((list) => list.join('')),
  )
  fc.assert(
    fc.property(text, (text) => {
      try {
        const parsed = parseReference(text)
        if (parsed.scheme !== 'registry') return
        const url = new URL(`https://${parsed.host}/v2/${parsed.repository}/manifests/${parsed.digest ?? parsed.tag}`)
        assert.equal(url.host, parsed.host.replace(/:443$/, ''))
        assert.equal(url.pathname, `/v2/${parsed.repository}/manifests/${parsed.digest ?? parsed.tag}`)
      } catch (error) {
        if (!isGatehouseError(error, 'ERR_REFERENCE_INVALID')) throw error
      }
    }),
    { numRuns: 2000 },
  )
})
