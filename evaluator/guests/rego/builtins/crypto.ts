import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Builtin, Builtins } from './builtin.ts'
import { textAt } from './operands.ts'

const hash =
  (algorithm: string): Builtin =>
  (args) =>
    createHash(algorithm).update(textAt(args, 0)).digest('hex')

const hmac =
  (algorithm: string): Builtin =>
  (args) =>
    createHmac(algorithm, textAt(args, 1)).update(textAt(args, 0)).digest('hex')

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/crypto */
export const CRYPTO: Builtins = {
  'crypto.md5': hash('md5'),
  'crypto.sha1': hash('sha1'),
  'crypto.sha256': hash('sha256'),
  'crypto.hmac.md5': hmac('md5'),
  'crypto.hmac.sha1': hmac('sha1'),
  'crypto.hmac.sha256': hmac('sha256'),
  'crypto.hmac.sha512': hmac('sha512'),
  'crypto.hmac.equal': (args) => {
    const [left, right] = [Buffer.from(textAt(args, 0)), Buffer.from(textAt(args, 1))]
    return left.length === right.length && timingSafeEqual(left, right)
  },
}
