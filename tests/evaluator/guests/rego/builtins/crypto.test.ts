import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('texts are hashed as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'crypto.md5("é")',
      'crypto.sha1("é")',
      'crypto.sha256("é")',
      'crypto.hmac.md5("a", "k")',
      'crypto.hmac.sha1("a", "k")',
      'crypto.hmac.sha256("a", "k")',
      'crypto.hmac.sha512("a", "k")',
      'crypto.hmac.equal("a", "a")',
      'crypto.hmac.equal("a", "ab")',
    ],
  })
})
