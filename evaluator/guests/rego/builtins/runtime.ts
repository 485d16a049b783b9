import { toObject } from '../values/collections.ts'
import type { Builtins } from './builtin.ts'

/** What OPA would say of itself and its surroundings is none of a policy's business here. */
export const RUNTIME: Builtins = {
  'opa.runtime': () => toObject([]),
}
