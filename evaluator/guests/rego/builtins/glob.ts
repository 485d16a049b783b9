import type { Builtins } from './builtin.ts'
import { textAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/glob */
export const GLOB: Builtins = {
  'glob.quote_meta': (args) => textAt(args, 0).replace(/[*?\\[\]{}]/g, '\\$&'),
}
