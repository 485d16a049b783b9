import fc from 'fast-check'
import t from 'tap'
import { formatAuthority, parseAuthority } from '../../../shim/connect/authority.ts'

t.test('names, addresses and bracketed IPv6 addresses are read', async (t) => {
  t.strictSame(parseAuthority('admission.gatehouse.internal:443'), { host: 'admission.gatehouse.internal', port: 443 })
  t.strictSame(parseAuthority('10.0.0.1:8443'), { host: '10.0.0.1', port: 8443 })
  t.strictSame(parseAuthority('[::1]:443'), { host: '::1', port: 443 })
})

t.test('different spellings of one target are equal', async (t) => {
  const canonical = (text: string) => formatAuthority(parseAuthority(text) ?? { host: 'none', port: 0 })
  t.equal(canonical('Admission.Gatehouse.Internal:443'), 'admission.gatehouse.internal:443')
  t.equal(canonical('[0:0:0:0:0:0:0:1]:443'), '[::1]:443')
  t.equal(canonical('[2001:DB8::1]:443'), '[2001:db8::1]:443')
})

t.test('everything else is refused', async (t) => {
  const bad = ['', 'host', 'host:', ':443', 'host:0', 'host:65536', 'host:44a', '::1:443', '[::1]', '[nonsense]:443']
  for (const text of [...bad, 'a b:443', 'a\r\nb:443', 'user@host:443', 'https://host:443', 'host:443/path']) {
    t.equal(parseAuthority(text), undefined, JSON.stringify(text))
  }
})

t.test('whatever is read can be printed into a header, and means the same when it is read again', async () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[\w.\-[\]:]{1,20}:\d{1,5}$/))
  fc.assert(
    fc.property(text, (text) => {
      const authority = parseAuthority(text)
      if (authority === undefined) return true
      const printed = formatAuthority(authority)
      const again = parseAuthority(printed)
      return /^[\w.\-[\]:]+$/.test(printed) && again?.host === authority.host && again.port === authority.port
    }),
  )
})
