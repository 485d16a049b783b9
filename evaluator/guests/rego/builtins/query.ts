import type { RegoValue } from '../values/value.ts'
import type { Query } from './builtin.ts'

/** What one evaluation starts with. */
export function createQuery(print: (text: string) => void): Query {
  return { now: BigInt(Date.now()) * 1_000_000n, remembered: new Map(), print }
}

/** What was computed for a key earlier in the evaluation, or is computed now. */
export function remember({ remembered }: Query, key: string, compute: () => RegoValue): RegoValue {
  const known = remembered.get(key)
  if (known !== undefined) return known
  const value = compute()
  remembered.set(key, value)
  return value
}
