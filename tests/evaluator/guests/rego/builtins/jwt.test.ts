import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

const text = JSON.stringify
const base64 = (value: unknown) => Buffer.from(typeof value === 'string' ? value : text(value)).toString('base64url')
const sealed = (header: object, payload: unknown, seal: (signed: string) => Buffer) => {
  const signed = `${base64(header)}.${base64(payload)}`
  return text(`${signed}.${seal(signed).toString('base64url')}`)
}
const withSecret = (header: object, payload: unknown) =>
  sealed(header, payload, (signed) => createHmac('sha256', 'secret').update(signed).digest())
const CLAIMS = { iss: 'me', aud: ['a', 'b'], exp: 2_000_000_000, nbf: 1_000_000_000, n: 1.5 }

t.test('tokens are decoded and verified with a secret as by OPA', async (t) => {
  const token = withSecret({ alg: 'HS256', typ: 'JWT' }, CLAIMS)
  const decodeVerify = (constraints: object, of = token) => `io.jwt.decode_verify(${of}, ${text(constraints)})`
  const time = 1_500_000_000_000_000_000n
  const rule = (more: object) => decodeVerify({ secret: 'secret', ...more }).replace('}', `, "time": ${time}}`)
  const at = (seconds: number) => decodeVerify({ secret: 'secret', aud: 'a', time: seconds * 1e9 })
  const critical = withSecret({ alg: 'HS256', crit: ['x'], x: 1 }, {})
  const nested = withSecret({ alg: 'HS256', cty: 'JWT' }, JSON.parse(token))
  const unsigned = text(`${base64({ alg: 'none' })}.${base64({})}.`)
  await checkSameAsOpa(t, {
    values: [
      `io.jwt.decode(${token})`,
      `io.jwt.decode(${nested})`,
      `io.jwt.decode(${unsigned})`,
      `io.jwt.verify_hs256(${token}, "secret")`,
      `io.jwt.verify_hs256(${token}, "other")`,
      `io.jwt.verify_hs384(${token}, "secret")`,
      `io.jwt.verify_hs512(${token}, "secret")`,
      rule({ aud: 'a' }),
      rule({ aud: 'c' }),
      rule({ iss: 'me' }),
      rule({ aud: 'a', iss: 'me', alg: 'HS256' }),
      rule({ aud: 'a', iss: 'you' }),
      rule({ aud: 'a', alg: 'HS512' }),
      ...[500_000_000, 1_000_000_000, 1_999_999_999, 2_000_000_000, 2_500_000_000].map(at),
      decodeVerify({ secret: 'other', aud: 'a' }),
      decodeVerify({ secret: 'secret' }, critical),
      decodeVerify({ secret: 'secret' }, unsigned),
      decodeVerify({ secret: 'secret', aud: 'a', time: 1.5e18 }, nested),
    ],
    undefined: [
      'io.jwt.decode("a.b")',
      'io.jwt.decode("!.e30.e30")',
      `io.jwt.decode(${withSecret({ alg: 'HS256', enc: 'x' }, {})})`,
      decodeVerify({ secret: 'secret', aud: 'a', more: 1 }),
      decodeVerify({ aud: 'a' }),
      decodeVerify({ secret: 'secret', time: -1 }),
    ],
  })
})

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ED25519 = generateKeyPairSync('ed25519')
const pemOf = (key: KeyObject) => text(key.export({ type: 'spki', format: 'pem' }))
const jwkOf = (key: KeyObject, more = {}) => text(text({ ...key.export({ format: 'jwk' }), ...more }))
const jwksOf = (key: KeyObject, more = {}) => text(text({ keys: [{ ...key.export({ format: 'jwk' }), ...more }] }))

t.test('tokens are verified with public keys as by OPA', async (t) => {
  const values: string[] = []
  for (const bits of [256, 384, 512]) {
    const [hash, curve] = [`sha${bits}`, `P-${bits === 512 ? 521 : bits}`]
    const ec = generateKeyPairSync('ec', { namedCurve: curve })
    const rs = sealed({ alg: `RS${bits}` }, {}, (signed) => sign(hash, Buffer.from(signed), RSA.privateKey))
    const padding = constants.RSA_PKCS1_PSS_PADDING
    const pss = (saltLength: number) =>
      sealed({ alg: `PS${bits}` }, {}, (it) =>
        sign(hash, Buffer.from(it), { key: RSA.privateKey, padding, saltLength }),
      )
    const [long, short] = [pss(bits / 8), pss(20)]
    const es = sealed({ alg: `ES${bits}`, kid: 'k' }, {}, (it) =>
      sign(hash, Buffer.from(it), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
    )
    const forged = `${es.slice(0, -5)}AAAA"`
    values.push(
      `io.jwt.verify_rs${bits}(${rs}, ${pemOf(RSA.publicKey)})`,
      `io.jwt.verify_rs${bits}(${rs}, ${jwksOf(RSA.publicKey, { kid: 'k', alg: `RS${bits}` })})`,
      `io.jwt.verify_rs${bits}(${rs}, ${jwksOf(RSA.publicKey, { alg: 'PS256' })})`,
      `io.jwt.verify_rs${bits}(${rs}, ${pemOf(ec.publicKey)})`,
      `io.jwt.verify_ps${bits}(${long}, ${pemOf(RSA.publicKey)})`,
      `io.jwt.verify_ps${bits}(${short}, ${pemOf(RSA.publicKey)})`,
      `io.jwt.decode_verify(${rs}, {"cert": ${pemOf(RSA.publicKey)}})`,
      `io.jwt.decode_verify(${long}, {"cert": ${pemOf(RSA.publicKey)}})`,
      `io.jwt.decode_verify(${short}, {"cert": ${pemOf(RSA.publicKey)}})`,
      `io.jwt.verify_es${bits}(${es}, ${pemOf(ec.publicKey)})`,
      `io.jwt.verify_es${bits}(${es}, ${jwkOf(ec.publicKey, { kid: 'k' })})`,
      `io.jwt.verify_es${bits}(${es}, ${jwkOf(ec.publicKey, { kid: 'other' })})`,
      `io.jwt.verify_es${bits}(${forged}, ${pemOf(ec.publicKey)})`,
      `io.jwt.decode_verify(${es}, {"cert": ${jwksOf(ec.publicKey)}, "alg": "ES${bits}"})`,
    )
  }
  const eddsa = sealed({ alg: 'EdDSA' }, {}, (signed) => sign(null, Buffer.from(signed), ED25519.privateKey))
  values.push(
    `io.jwt.verify_eddsa(${eddsa}, ${pemOf(ED25519.publicKey)})`,
    `io.jwt.verify_eddsa(${eddsa}, ${pemOf(RSA.publicKey)})`,
    `io.jwt.verify_rs256(${eddsa}, ${pemOf(ED25519.publicKey)})`,
  )
  await checkSameAsOpa(t, {
    values,
    undefined: [`io.jwt.verify_eddsa(${eddsa}, "x")`, `io.jwt.verify_eddsa(${eddsa}, "{}")`],
  })
})

t.test('tokens are signed as by OPA', async (t) => {
  const [rsa, ed] = [text(RSA.privateKey.export({ format: 'jwk' })), text(ED25519.privateKey.export({ format: 'jwk' }))]
  const raw = (header: object, payload: string) =>
    `io.jwt.encode_sign_raw(${text(text(header))}, ${text(payload)}, ${text(ed)})`
  await checkSameAsOpa(t, {
    values: [
      `io.jwt.encode_sign({"typ": "JWT", "alg": "RS256"}, {"z": 1, "a<b": [1, {2}]}, ${rsa})`,
      'io.jwt.encode_sign({"alg": "HS256"}, {}, {"kty": "oct", "k": "c2VjcmV0"})',
      raw({ alg: 'EdDSA', typ: 'text' }, 'not JSON'),
      raw({ alg: 'EdDSA' }, '{"a": 1}'),
      `io.jwt.verify_ps256(io.jwt.encode_sign({"alg": "PS256"}, {}, ${rsa}), ${pemOf(RSA.publicKey)})`,
    ],
    undefined: [
      raw({ alg: 'EdDSA' }, 'not JSON'),
      `io.jwt.encode_sign({"alg": "HS256"}, {}, ${rsa})`,
      `io.jwt.encode_sign({"alg": "unknown"}, {}, ${rsa})`,
    ],
  })
})
