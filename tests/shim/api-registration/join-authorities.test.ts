import t from 'tap'
import { joinAuthorities } from '../../../shim/api-registration/join-authorities.ts'
import { createAuthority } from '../../../util/certificates.ts'

const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
const [one = '', other = ''] = (
  await Promise.all(['one', 'other'].map((commonName) => createAuthority({ commonName, ...validity })))
)
  .map(({ certificate }) => certificate)
  .sort()

t.test('every certificate is there once, whoever names it first', async (t) => {
  t.equal(joinAuthorities([other, `${one}text\n${other.replaceAll('\n', '\r\n')}`]), one + other)
  t.equal(joinAuthorities([]), '')
})

t.test('what looks like a certificate and is none is left out', async (t) => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  t.equal(joinAuthorities([broken, one]), one)
})
