import { resolve } from 'node:path'
import t from 'tap'
import { describeFallback } from '../../../shim/fallback/read-fallback-flags.ts'
import { parseFlags, type ShimFlags } from '../../../shim/parse-flags.ts'

const parse = (flags: ShimFlags) => parseFlags({ policies: 'a', ...flags }).fallback

const HOST = { host: 'gatehouse.system.svc', port: 443 }

t.test('a fallback is a host, perhaps with a port, an address to dial and an authority', async (t) => {
  t.equal(parse({}), undefined)
  t.strictSame(parse({ fallback: 'https://gatehouse.system.svc' }), { host: HOST })
  t.strictSame(parse({ fallback: 'https://gatehouse.system.svc:8443/', fallbackCa: 'ca.crt' }), {
    host: { ...HOST, port: 8443 },
    caFile: resolve('ca.crt'),
  })
  const byAddress = parse({ fallback: 'https://gatehouse.system.svc', fallbackAddress: '[fd00::9]' })
  t.strictSame(byAddress, { host: HOST, address: { host: 'fd00::9', port: 443 } })
  t.equal(byAddress && describeFallback(byAddress), 'https://gatehouse.system.svc:443 at [fd00::9]:443')
})

t.test('anything else is refused with the flag that is wrong', async (t) => {
  const refused: readonly (readonly [ShimFlags, RegExp])[] = [
    [{ fallback: 'http://a' }, /--fallback: is "http:\/\/a"; must be https:\/\/host/],
    [{ fallback: 'a:443' }, /--fallback: is "a:443"/],
    [{ fallback: 'https://a/path' }, /--fallback: is/],
    [{ fallback: 'https://a/?x=1' }, /--fallback: is/],
    [{ fallback: 'https://me@a' }, /--fallback: is/],
    [{ fallback: 'https://a', fallbackAddress: 'a b' }, /--fallback-address: is "a b"/],
    [{ fallbackAddress: 'a:1' }, /--fallback-address: needs --fallback/],
    [{ fallbackCa: 'a' }, /--fallback-ca: needs --fallback/],
    [{ fallback: 'https://a', certFile: 'c', keyFile: 'k' }, /--fallback: needs --fallback-ca/],
  ]
  for (const [flags, message] of refused) t.throws(() => parse(flags), { message }, String(message))
})
