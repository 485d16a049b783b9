import type { Query } from './builtin.ts'

/** What one evaluation starts with. */
export function createQuery(print: (text: string) => void): Query {
  return { now: BigInt(Date.now()) * 1_000_000n, remembered: new Map(), print }
}
